"""The desired state: which agent answers each number at a moment, and until when that stays so. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from rules.engine.cel.hours import Hours
from rules.engine.findings import Finding, has_errors

Drift = Literal["report", "mend"]

_FAR = 400
"""How many days ahead a change is looked for: every date of a year, and every weekday after it."""
_DAY = 24 * 60


@dataclass(frozen=True)
class Shift:
    """An agent that answers during some hours."""

    hours: Hours
    agent: str


@dataclass(frozen=True)
class Wanted:
    """Who should answer now, and the moment at which somebody else should; None when nothing changes for a year."""

    agent: str
    until: datetime | None = None


@dataclass(frozen=True)
class Kept:
    """One number of one connection."""

    connection: str
    number: str
    """E.164."""
    agent: str
    """Who answers when no shift is on."""
    shifts: tuple[Shift, ...] = ()
    drift: Drift = "report"
    pin: str = ""
    """Why it is left alone; empty when it is not."""
    line: int = 1
    column: int = 1
    connection_at: tuple[int, int] = (1, 1)
    """Line and column of its connection."""

    @property
    def id(self) -> str:
        """What the store knows it by."""
        return f"{self.connection}/{self.number}"

    @property
    def agents(self) -> tuple[str, ...]:
        """Everybody who may answer it."""
        return tuple(dict.fromkeys((*(shift.agent for shift in self.shifts), self.agent)))

    def agent_at(self, moment: datetime, zone: ZoneInfo) -> str:
        """Who should answer: the first shift whose hours are on."""
        local = moment.astimezone(zone)
        return next((shift.agent for shift in self.shifts if shift.hours.is_open(local)), self.agent)

    def wanted(self, now: datetime, zone: ZoneInfo) -> Wanted:
        """Who should answer now, and until when."""
        agent = self.agent_at(now, zone)
        if len(self.agents) == 1:
            return Wanted(agent)
        later = (moment for moment in self._moments(now, zone) if moment > now)
        return Wanted(agent, next((moment for moment in later if self.agent_at(moment, zone) != agent), None))

    def _moments(self, now: datetime, zone: ZoneInfo) -> Iterator[datetime]:
        """Every moment at which hours may begin or end, day by day."""
        today = now.astimezone(zone).date()
        for ahead in range(_FAR):
            day = today + timedelta(days=ahead)
            minutes = {minute for shift in self.shifts for minute in _edges(shift.hours, day)}
            yield from sorted({*_instants(day, minutes, zone), *_clock_changes(day, zone)})


@dataclass(frozen=True)
class NumbersFile:
    """The whole file as it was read."""

    path: str
    kept: tuple[Kept, ...] = ()
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    shadow: bool = False
    """Look and report, change nothing."""
    findings: tuple[Finding, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether it may be acted on."""
        return not has_errors(self.findings)

    def next_change(self, now: datetime) -> datetime | None:
        """When the next number should change hands."""
        return min((until for kept in self.kept if (until := kept.wanted(now, self.zone).until)), default=None)


def _edges(hours: Hours, day: date) -> set[int]:
    """The minutes of this day at which a span begins or ends, those of the day before past midnight included."""
    edges = {minute for span in hours.on(day) for minute in span}
    return {
        minute for minute in edges | {end - _DAY for _, end in hours.on(day - timedelta(days=1))} if 0 <= minute < _DAY
    }


def _instants(day: date, minutes: Iterable[int], zone: ZoneInfo) -> Iterator[datetime]:
    """Each local time as a moment; as two where the clocks are put back and it comes twice."""
    for minute in minutes:
        for fold in (0, 1):
            yield datetime.combine(day, time(minute // 60, minute % 60, fold=fold), zone).astimezone(UTC)


def _clock_changes(day: date, zone: ZoneInfo) -> Iterator[datetime]:
    """The moment of this local day at which the clocks are put forward or back."""
    start, end = (datetime.combine(day + timedelta(days=more), time(), zone).astimezone(UTC) for more in (0, 1))
    before = start.astimezone(zone).utcoffset()
    if before == end.astimezone(zone).utcoffset():
        return
    low, high = 0, int((end - start).total_seconds()) // 60
    while high - low > 1:
        middle = (low + high) // 2
        same = (start + timedelta(minutes=middle)).astimezone(zone).utcoffset() == before
        low, high = (middle, high) if same else (low, middle)
    yield start + timedelta(minutes=high)
