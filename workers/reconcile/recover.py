"""Compares the calls that platforms know with the events that were received, and feeds in what is missing, once."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from store.calls import Heard
from store.connections import Connection
from store.event import Event
from store.retention import Keep
from workers.clients.errors import ApiError
from workers.desk import Desk
from workers.reconcile.accounts import USUAL_SPAN, Account, Reach, accounts, belongs_to
from workers.reconcile.asking import call_list, context_of
from workers.reconcile.compare import GRACE, came_twice, is_unfinished, not_received, verdict
from workers.reconcile.lists.base import CallList
from workers.reconcile.outcome import Outcome
from workers.reconcile.record import REPORT, CallRecord, report_of

logger = logging.getLogger(__name__)

HeardOn = Mapping[str, tuple[Heard, ...]]
"""Connection → what was received there of one call."""


@dataclass(frozen=True)
class Wanted:
    """What somebody asked for."""

    connections: frozenset[str] = frozenset()
    """Empty for all."""
    since: datetime | None = None
    """None for the last day, and not before a connection was known."""
    dry_run: bool = False
    grace: timedelta = GRACE
    """How long after its end a call's report may be under way."""

    @classmethod
    def of(cls, request: Mapping[str, Any]) -> Wanted:
        """From what the store keeps of it."""
        since = request.get("since")
        names = frozenset(request.get("connections") or ())
        grace = request.get("grace")
        return cls(
            names,
            datetime.fromisoformat(since) if since else None,
            bool(request.get("dry_run")),
            GRACE if grace is None else timedelta(seconds=grace),
        )


@dataclass(frozen=True)
class Comparer:
    """One comparison by one worker."""

    desk: Desk
    keep: Keep
    leaving: Callable[[], None] = lambda: None
    """Asked before each request; raises when the work is not ours any more."""

    async def compare(self, wanted: Wanted) -> list[Outcome]:
        """All accounts side by side; each is asked one thing at a time."""
        held = accounts(self.desk.connections.values())
        asked = [each for each in held if not wanted.connections or wanted.connections & set(each.names())]
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._account(each, wanted)) for each in asked]
        chosen = [outcome for task in tasks for outcome in task.result()]
        return [each for each in chosen if not wanted.connections or each.connection in wanted.connections]

    async def _account(self, account: Account, wanted: Wanted) -> list[Outcome]:
        outcomes = await self._beginnings(account, wanted)
        try:
            await _AccountComparison(self, account, outcomes, wanted).run()
        except ApiError as error:
            for outcome in outcomes.values():
                outcome.why = error.message
        return list(outcomes.values())

    async def _beginnings(self, account: Account, wanted: Wanted) -> dict[str, Outcome]:
        store, now = self.desk.store, datetime.now(UTC)
        oldest, last = await store.retention.oldest_ms(), await store.reconciles.last()
        known = await store.reconciles.connected_since(account.names(), round(now.timestamp() * 1000))
        outcomes = {}
        for name in account.names():
            reach = Reach(now, self.keep.connections.get(name, self.keep.seconds), _moment(oldest))
            first = wanted.since or max(now - USUAL_SPAN, datetime.fromtimestamp(known[name] / 1000, UTC))
            usual = frozenset(last.get(name, {}).get("usual", ()))
            outcomes[name] = Outcome(name, account.provider, reach.cut(first), now, usual=usual)
        return outcomes


@dataclass
class _AccountComparison:
    """One account under comparison."""

    comparer: Comparer
    account: Account
    outcomes: dict[str, Outcome]
    wanted: Wanted

    async def run(self) -> None:
        """Raises ApiError when the platform cannot be asked at all."""
        calls = self._list()
        since = min(each.since for each in self.outcomes.values() if each.since)
        until = max(each.until for each in self.outcomes.values() if each.until)
        found = await calls.calls_between(since, until)
        heard = await self._heard([record.id for record in found.records])
        for outcome in self.outcomes.values():
            outcome.complete = found.complete
            received = {
                each.kind for on in heard.values() for each in on.get(outcome.connection, ()) if not each.recovered
            }
            outcome.usual |= received & type(calls).expects
        for record in found.records:
            await self._one(calls, record, heard[record.id])

    def _list(self) -> CallList:
        """By the first connection whose API can be asked; raises the first one's error when none can."""
        failed: list[ApiError] = []
        for connection in self.account.connections:
            try:
                return call_list(self._context(connection))
            except ApiError as error:
                failed.append(error)
        raise failed[0]

    def _context(self, connection: Connection) -> Any:
        event = self._like(connection.name)
        return context_of(
            self.comparer.desk, connection, event, f"reconcile/{connection.name}", self.comparer.leaving, patient=True
        )

    def _like(self, name: str) -> Event:
        connection = self.comparer.desk.connections[name]
        generation = "" if connection.generation == "auto" else connection.generation
        return Event(connection=name, provider=connection.provider, generation=generation)

    async def _heard(self, ids: Sequence[str]) -> dict[str, HeardOn]:
        calls, heard = self.comparer.desk.store.calls, {}
        for name in self.account.names():
            heard[name] = await calls.known(name, ids)
        return {call: {name: heard[name][call] for name in heard if heard[name][call]} for call in ids}

    async def _one(self, calls: CallList, record: CallRecord, heard_on: HeardOn) -> None:
        outcome = self.outcomes[belongs_to(self.account, list(heard_on))]
        if outcome.since and record.last and record.last < outcome.since:
            return
        outcome.known += 1
        kind, heard = type(calls), [each for on in heard_on.values() for each in on]
        kinds = not_received(record, heard, kind, outcome.usual)
        outcome.came_twice += came_twice(heard, kind)
        found = verdict(record, heard, kind, datetime.now(UTC), self.wanted.grace)
        if found == "in progress":
            outcome.in_progress += 1
            return
        outcome.undelivered.update(kinds)
        if found == "whole":
            outcome.whole += 1
        elif self.wanted.dry_run:
            outcome.note_missing(record, kinds, "", "")
        else:
            await self._recover(calls, record, heard, outcome, kinds)

    async def _recover(
        self, calls: CallList, record: CallRecord, heard: Sequence[Heard], outcome: Outcome, kinds: frozenset[str]
    ) -> None:
        try:
            whole = await calls.call(record.id) if record.partial else record
        except ApiError as error:
            outcome.note_missing(record, kinds, "", error.message)
            return
        if is_unfinished(whole, datetime.now(UTC)):
            outcome.in_progress += 1
        elif await self._is_there(whole, heard):
            outcome.whole += 1
        else:
            await self._feed_in(whole, outcome, kinds)

    async def _is_there(self, record: CallRecord, heard: Sequence[Heard]) -> bool:
        """Whether one of the reports that were received is just this one: a conversation may have several."""
        events = self.comparer.desk.store.events
        for each in heard:
            stored = await events.get(each.event_id) if each.kind == REPORT else None
            if stored and stored.event.dedup_key == record.dedup_key:
                return True
        return False

    async def _feed_in(self, record: CallRecord, outcome: Outcome, kinds: frozenset[str]) -> None:
        self.comparer.leaving()
        accepted = await self.comparer.desk.store.events.accept(
            report_of(record, self._like(outcome.connection), "bulk", recovered=True)
        )
        if accepted.duplicate:
            outcome.whole += 1
            return
        outcome.note_missing(record, kinds, accepted.event_id, "")
        about = {"event_id": accepted.event_id, "connection": outcome.connection}
        logger.warning("a call's report was never received, it is recovered", extra=about)


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
