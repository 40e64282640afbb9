"""One round over the numbers that are kept: look, compare, and change what is due, each change written down around it.

An intent is noted before a number is pointed elsewhere and its outcome after it, so whoever goes on after a crash knows
its own doing from other people's, and repeats what may not have happened: pointing a number is done at once when it
points there already.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from rules.engine.numbers.desired import Kept, NumbersFile, Wanted
from rules.engine.numbers.verdict import ACTED_ON, Known, State, verdict
from store.masking import masked
from store.numbers import Pin
from workers.actions.neutral import Number
from workers.clients.errors import ApiError
from workers.desk import Desk
from workers.numbers.accounts import NAME, Accounts, Present
from workers.numbers.news import tell_rules

logger = logging.getLogger(__name__)

Aim = Literal["look", "due", "apply", "adopt"]
"""look: change nothing; due: what the plan and `drift: mend` say; apply: whatever differs; adopt: accept what is."""
Progress = Callable[[int, int], Awaitable[None]]
Step = Callable[[], Awaitable[None]]


@dataclass
class Row:
    """One number as a round found it, and left it."""

    connection: str
    number: str
    wanted: str
    until_ms: int
    """When somebody else should answer; 0 when nothing changes for a year."""
    state: State
    present: str = ""
    present_name: str = ""
    why: str = ""
    since_ms: int = 0
    """Since when it has drifted; 0 when it has not."""
    held: str = ""
    """What keeps it from being changed now, such as a pause."""
    done: bool = False
    """Whether this round has changed it."""
    again: bool = False
    """Whether to look again soon."""

    def told(self) -> dict[str, Any]:
        """As it is kept."""
        return asdict(self)


@dataclass
class Round:
    """What one round knows and does. `now_ms` is the store's clock."""

    desk: Desk
    file: NumbersFile
    accounts: Accounts
    token: int
    now_ms: int
    aim: Aim = "due"
    by: str = "plan"
    only: frozenset[str] = frozenset()
    """Ids of the numbers it is about; empty for all."""
    known: dict[str, Known] = field(default_factory=dict)
    pins: Mapping[str, Pin] = field(default_factory=dict)

    async def run(self, progress: Progress | None = None) -> list[Row]:
        """Every number, in the order of the file. Raises NotKeeperError."""
        self.known = {id_: known_of(told) for id_, told in (await self.desk.store.numbers.known()).items()}
        self.pins = await self.desk.store.numbers.pins()
        chosen = [kept for kept in self.file.kept if not self.only or kept.id in self.only]
        names = dict.fromkeys(kept.connection for kept in chosen)
        groups = [[kept for kept in chosen if kept.connection == name] for name in names]
        steps = _counting(progress, len(chosen))
        found = await asyncio.gather(*(self._connection(each, steps) for each in groups), return_exceptions=True)
        rows = [row for each in found for row in _or_raise(each)]
        await self._forget()
        return rows

    async def _connection(self, group: list[Kept], step: Step) -> list[Row]:
        """One account, whatever becomes of the others: a slow platform holds up no other."""
        try:
            present = await self.accounts.all(group[0].connection, [kept.number for kept in group])
        except ApiError as error:
            return [self._row(kept, "unknown", why=error.message, again=error.retryable) for kept in group]
        rows = []
        for kept in group:
            rows.append(await self._one(kept, present.get(kept.number)))
            await step()
        return rows

    async def _forget(self) -> None:
        """Numbers that are not in the file any more."""
        there = {kept.id for kept in self.file.kept}
        gone: dict[str, None] = dict.fromkeys(id_ for id_ in self.known if id_ not in there)
        if gone and not self.only:
            await self.desk.store.numbers.note(self.token, gone)

    async def _one(self, kept: Kept, present: Present | None) -> Row:
        if present is None:
            return self._row(kept, "missing", why="the account has no such number")
        if not present.told:
            return self._row(kept, "unknown", why="the platform does not tell who answers this number")
        known, wanted = self.known.get(kept.id, Known()), self._wanted(kept)
        found = verdict(
            present.agent, wanted.agent, known, mends=kept.drift == "mend", pin=self._pin(kept), now_ms=self.now_ms
        )
        row = self._row(kept, found.state, present, found.why)
        if self.aim == "adopt" and row.state != "pinned":
            return await self._adopt(kept, row, known)
        if self.aim == "apply" and row.state in ("drift", "adopted") and not row.held:
            row.state = "change"
        if row.state in ACTED_ON and self.aim != "look" and not row.held:
            return await self._act(kept, row, known, present)
        await self._settle(kept, row, known)
        return row

    def _row(self, kept: Kept, state: State, present: Present | None = None, why: str = "", again: bool = False) -> Row:
        wanted, there = self._wanted(kept), present.number if present else Number()
        until = round(wanted.until.timestamp() * 1000) if wanted.until else 0
        row = Row(
            kept.connection, kept.number, wanted.agent, until, state, there.agent, there.agent_name, why, again=again
        )
        row.held = self._held(kept.connection)
        return row

    def _wanted(self, kept: Kept) -> Wanted:
        return kept.wanted(datetime.fromtimestamp(self.now_ms / 1000, UTC), self.file.zone)

    def _pin(self, kept: Kept) -> str | None:
        """Why it is left alone; None when it is not."""
        if kept.pin:
            return f"in numbers.yaml: {kept.pin}"
        pin = self.pins.get(kept.id)
        return pin.text if pin and pin.holds(self.now_ms) else None

    def _held(self, connection: str) -> str:
        pause = self.desk.pauses.covers(NAME, connection)
        if pause:
            return f"paused: {pause.scope}"
        return "numbers.yaml says mode: shadow" if self.file.shadow else ""

    async def _settle(self, kept: Kept, row: Row, known: Known) -> None:
        """Write down what was seen, where it says something new."""
        past: list[dict[str, Any]] = []
        fresh = known
        if row.state == "same":
            fresh = Known(row.present, row.wanted, mends=known.mends_since(self.now_ms))
        elif row.state == "adopted":
            fresh = replace(known, drift_ms=0, drift_to="")
        elif row.state in ("drift", "mend"):
            row.since_ms = known.drift_ms or self.now_ms
            if not known.drift_ms or known.drift_to != row.present:
                fresh = replace(known, drift_ms=row.since_ms, drift_to=row.present)
                past = [self._entry(kept, "drift", known.agent or "", row.present, "somebody else")]
        if fresh.drift_ms == 0 and known.drift_ms:
            past = [self._entry(kept, "drift over", known.drift_to, row.present, "somebody else")]
        if fresh != known:
            await self._note(kept, fresh, past)
        if past and fresh.drift_ms:
            _log_drift(kept, row)
            await tell_rules(self.desk, kept, row.present, row.wanted, known.agent or "", self.now_ms)

    async def _adopt(self, kept: Kept, row: Row, known: Known) -> Row:
        fresh = Known(row.present, row.wanted, mends=known.mends)
        row.state = "same" if row.present == row.wanted else "adopted"
        row.done = True
        await self._note(kept, fresh, [self._entry(kept, "adopted", known.agent or "", row.present, self.by)])
        return row

    async def _act(self, kept: Kept, row: Row, known: Known, present: Present) -> Row:
        """Point it where it should, unless somebody pins it or changes it at the last moment."""
        self.pins = await self.desk.store.numbers.pins()
        if self._pin(kept) is not None:
            row.state = "pinned"
            return row
        freed = bool(present.agent) and self.accounts.frees_first(kept.connection)
        await self._note(kept, replace(known, intent=row.wanted, freed=freed), [])
        try:
            done = await self.accounts.hand_over(kept.connection, present, row.wanted)
        except ApiError as error:
            await self._refused(kept, row, error)
            return row
        if done:
            await self._done(kept, row, known)
        else:
            await self._note(kept, known, [])
            row.why, row.again = "it was changed at this very moment", True
        return row

    async def _done(self, kept: Kept, row: Row, known: Known) -> None:
        times, mends = known.mends_since(self.now_ms), row.state == "mend"
        what, by = ("mended", "drift: mend") if mends else ("linked", self.by)
        entry = self._entry(kept, what, row.present, row.wanted, by)
        fresh = Known(row.wanted, row.wanted, mends=(*times, self.now_ms) if mends else times)
        await self._note(kept, fresh, [entry])
        if mends:
            await tell_rules(self.desk, kept, row.present, row.wanted, known.agent or "", self.now_ms)
        logger.warning(f"number {what}", extra=_about(kept) | {"agent": row.wanted, "by": by})
        row.state, row.present, row.present_name, row.why, row.done = "same", row.wanted, "", "", True

    async def _refused(self, kept: Kept, row: Row, error: ApiError) -> None:
        """The intent stays, since it may have happened."""
        row.why, row.again = error.message, error.retryable
        known = self.known.get(kept.id, Known())
        entry = self._entry(kept, "refused", row.present, row.wanted, self.by, error.message)
        await self._note(kept, replace(known, trouble=error.message), [] if known.trouble == error.message else [entry])
        logger.warning("a number could not be linked", extra=_about(kept) | {"why": error.message})

    async def _note(self, kept: Kept, known: Known, past: Iterable[Mapping[str, Any]]) -> None:
        await self.desk.store.numbers.note(self.token, {kept.id: asdict(known)}, list(past))
        self.known[kept.id] = known

    def _entry(self, kept: Kept, what: str, before: str, after: str, by: str, why: str = "") -> dict[str, Any]:
        return {
            "at_ms": self.now_ms, "connection": kept.connection, "number": kept.number, "what": what,
            "from": before, "to": after, "by": by, "why": why,
        }  # fmt: skip


def known_of(told: Mapping[str, Any]) -> Known:
    """What the store remembers of a number."""
    return Known(**{**told, "mends": tuple(told["mends"])})


def _about(kept: Kept) -> dict[str, str]:
    return {"connection": kept.connection, "number": masked(kept.number)}


def _log_drift(kept: Kept, row: Row) -> None:
    becomes = "it is put back" if row.state == "mend" else "it is left alone"
    logger.warning(f"a number was pointed elsewhere, {becomes}", extra=_about(kept) | {"agent": row.present})


def _counting(progress: Progress | None, total: int) -> Step:
    """Tells how many numbers are done, over all accounts."""
    done = 0

    async def step() -> None:
        nonlocal done
        done += 1
        if progress:
            await progress(done, total)

    return step


def _or_raise(found: list[Row] | BaseException) -> list[Row]:
    """What came of one account; whatever it raised only after all have ended."""
    if isinstance(found, BaseException):
        raise found
    return found
