"""Schedules: every worker looks what is due, and of all that see a moment due one makes its event."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import Any, Literal

from rules.engine.playing.cron import due_times, next_due
from rules.engine.rule import Rule, Schedule
from store.client import Store
from store.connections import Connection
from store.event import Event
from store.events import Acceptance
from store.schedules import Pointer, firing_id
from workers.desk import Desk, InForce
from workers.looking import look_for_ever

logger = logging.getLogger(__name__)

ON_TIME = 120.0
"""Seconds that a firing may be late and is still on time: longer than workers take to start again and the store to fail
over, which must not swallow a closing time, and too short for anybody to have done by hand what the rule does."""
LOOK_EVERY = 1.0
"""Seconds between looks at the most, so that a changed rule is followed within a second."""
SHORTEST = 0.01
"""Seconds between looks at the least."""
BATCH = 500
"""Due moments taken at once: an outage of months must not hold up everything else while they are counted."""
GONE_AFTER = 60.0
"""Seconds without a rule after which its pointer is forgotten: longer than an editor or a roll-out takes."""

Clock = Callable[[], Awaitable[int]]
"""Unix milliseconds."""
MayFire = Callable[[Rule], bool]


def always(rule: Rule) -> bool:
    """Nothing holds a rule back."""
    return True


def unless_paused(desk: Desk) -> MayFire:
    """A pause holds back what it covers."""
    return lambda rule: desk.pauses.covers(rule.name, only_connection(rule)) is None


@dataclass
class Scheduler:
    """Follows the schedules of the rules in force. `may_fire` holds a rule back: what it misses then counts as missed
    when it may fire again.
    """

    store: Store
    rules: InForce
    connections: Mapping[str, Connection]
    may_fire: MayFire = always
    clock: Clock | None = None
    """The store's, unless a test has another."""

    async def look(self) -> float:
        """Fire what is due; gives the seconds until the next look."""
        now = await (self.clock or self.store.schedules.now_ms)()
        pointers = await self.store.schedules.all()
        names, ahead = set(), LOOK_EVERY * 1000
        for rule in self.rules.rules:
            if rule.schedule:
                names.add(rule.name)
                due = await self._follow(rule, rule.schedule, pointers.get(rule.name), now)
                ahead = ahead if due is None else min(ahead, due - now)
        for name in pointers.keys() - names:
            if await self.store.schedules.retire(name, now, GONE_AFTER):
                logger.info("a schedule was forgotten, no rule has it", extra={"rule": name})
        return max(SHORTEST, ahead / 1000)

    async def _follow(self, rule: Rule, schedule: Schedule, pointer: Pointer | None, now: int) -> int | None:
        """Handle what is due of one rule; gives the moment at which more may be, None when that may wait."""
        if pointer is None or pointer.identity != schedule.identity:
            if await self.store.schedules.begin(rule.name, schedule.identity, now):
                logger.info("schedule begins", extra={"rule": rule.name, "schedule": schedule.identity})
            pointer = Pointer(schedule.identity, now)
        elif pointer.absent:
            await self.store.schedules.keep(rule.name)
        due = next_due(schedule, moment(pointer.handled_ms))
        if due is None or milliseconds(due) > now:
            return None if due is None else milliseconds(due)
        return await self._handle(rule, schedule, pointer, now)

    async def _handle(self, rule: Rule, schedule: Schedule, pointer: Pointer, now: int) -> int | None:
        if rule.enabled and not self.may_fire(rule):
            return None
        found = due_times(schedule, moment(pointer.handled_ms), moment(now))
        due = [milliseconds(each) for each in islice(found, BATCH + 1)]
        more, due = len(due) > BATCH, due[:BATCH]
        if not rule.enabled:
            await self.store.schedules.move(rule.name, pointer, due[-1])
            return now if more else None
        skipped, fired = sorted_out(due, now, schedule.catch_up, more=more)
        await self._move(rule, pointer, skipped, fired)
        return now

    async def _move(self, rule: Rule, pointer: Pointer, skipped: Sequence[int], fired: Sequence[int]) -> None:
        """Write by write, so that whoever dies in between leaves the rest to the others."""
        if skipped and not fired:
            if await self.store.schedules.move(rule.name, pointer, skipped[-1], skipped=skipped):
                _tell_skipped(rule, skipped)
            return
        for due in fired:
            event = event_of(rule, "schedule", self.connections, id=firing_id(rule.name, due), received_at=moment(due))
            firing = Acceptance(event, b"{}")
            if not await self.store.schedules.move(rule.name, pointer, due, skipped=skipped, firing=firing):
                return
            logger.info("schedule fires", extra={"rule": rule.name, "event_id": event.id})
            if skipped:
                _tell_skipped(rule, skipped)
            pointer, skipped = replace(pointer, handled_ms=due), ()


def _tell_skipped(rule: Rule, skipped: Sequence[int]) -> None:
    last = moment(skipped[-1]).isoformat()
    logger.warning("missed firings are skipped", extra={"rule": rule.name, "count": len(skipped), "last": last})


def sorted_out(
    due: Sequence[int], now: int, catch_up: Literal["skip", "once"], *, more: bool = False
) -> tuple[list[int], list[int]]:
    """Which due moments (ms) are skipped and which fire, both in order; `more` says that later ones are due as well.

    With `once` the latest missed one fires, unless a later one is on time and does what it would have done.
    """
    missed = [each for each in due if now - each > ON_TIME * 1000]
    on_time = list(due[len(missed) :])
    if catch_up == "once" and missed and not on_time and not more:
        return missed[:-1], missed[-1:]
    return missed, on_time


def event_of(
    rule: Rule,
    kind: Literal["schedule", "manual"],
    connections: Mapping[str, Connection],
    *,
    connection: str = "",
    **fields: Any,
) -> Event:
    """An event that belongs to one rule; without a connection given, it is on the rule's only one."""
    name = connection or only_connection(rule)
    provider = connections[name].provider if name in connections else ""
    return Event(kind=kind, native=kind, name=rule.name, connection=name, provider=provider, **fields)


def only_connection(rule: Rule) -> str:
    """The rule's connection when it lists exactly one, else ""."""
    return rule.connections[0] if len(rule.connections) == 1 else ""


def moment(milliseconds: int) -> datetime:
    """Unix milliseconds as a moment in UTC."""
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


def milliseconds(moment: datetime) -> int:
    """The other direction."""
    return round(moment.timestamp() * 1000)


async def schedule_for_ever(scheduler: Scheduler) -> None:
    """Look until cancelled, through any absence of the store."""
    await look_for_ever(scheduler.look, LOOK_EVERY, "schedules")
