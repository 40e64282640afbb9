"""When a schedule is due: cron lines in a time zone, with daylight saving as people mean it.

A line names local times. A time that the clocks leave out in spring counts at the first moment after the gap, and a
time that comes twice in autumn counts the first time. Lines that run with the clock, with a `*` at the beginning of
minute or hour (`*/15 * * * *`), run through both hours in autumn, and hourly ones have nothing to make up in spring.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import cached_property, lru_cache
from itertools import takewhile
from zoneinfo import ZoneInfo

from cronsim import CronSim, CronSimError

from rules.engine.rule import Schedule

_ANY_MOMENT = datetime(2026, 1, 1)
_FIELDS = 5


class BadCron(ValueError):
    """A text that is no cron line of five fields."""


class NeverDue(BadCron):
    """A cron line whose moment never comes, such as 30 February."""


def check_cron(text: str) -> None:
    """Raise BadCron, or NeverDue, for a line that no schedule can have."""
    if len(text.split()) != _FIELDS:
        raise BadCron(text)
    try:
        first = next(CronSim(text, _ANY_MOMENT), None)
    except CronSimError as error:
        raise (NeverDue if _is_fine_but_for_its_date(text) else BadCron)(text) from error
    if first is None:
        raise NeverDue(text)


def due_times(schedule: Schedule, after: datetime, until: datetime) -> Iterator[datetime]:
    """Every moment the schedule is due, in UTC: later than `after`, not later than `until`, in order."""
    return takewhile(lambda moment: moment <= until, _Line(schedule.cron).due_after(after, ZoneInfo(schedule.timezone)))


@lru_cache(maxsize=4096)
def next_due(schedule: Schedule, after: datetime) -> datetime | None:
    """The first moment after another at which the schedule is due, in UTC; None when there is none in fifty years."""
    return next(_Line(schedule.cron).due_after(after, ZoneInfo(schedule.timezone)), None)


def _is_fine_but_for_its_date(text: str) -> bool:
    minute, hour, day, month, weekday = text.split()
    return _parses(f"{minute} {hour} {day} * {weekday}") and _parses(f"{minute} {hour} * {month} {weekday}")


def _parses(text: str) -> bool:
    try:
        CronSim(text, _ANY_MOMENT)
    except CronSimError:
        return False
    return True


@dataclass(frozen=True)
class _Line:
    """One cron line. It is asked for local times without a zone; what they are in the zone is decided here."""

    text: str

    @cached_property
    def every_hour(self) -> bool:
        return len(CronSim(self.text, _ANY_MOMENT).hours) == 24

    @property
    def runs_with_the_clock(self) -> bool:
        minute, hour = self.text.split()[:2]
        return self.every_hour or minute.startswith("*") or hour.startswith("*")

    def due_after(self, after: datetime, zone: tzinfo) -> Iterator[datetime]:
        """The moments in UTC, in order and each once."""
        passes = [self._on_first_pass(_begin(after, zone), zone)]
        if self.runs_with_the_clock:
            passes.append(self._on_second_pass(_begin(after, zone), zone))
        last = after
        for moment in heapq.merge(*passes):
            if moment > last:
                yield moment
                last = moment

    def _on_first_pass(self, begin: datetime, zone: tzinfo) -> Iterator[datetime]:
        for local in CronSim(self.text, begin):
            if _exists(local, zone):
                yield local.replace(tzinfo=zone).astimezone(UTC)
            elif not self.every_hour:
                yield _behind_the_gap(local, zone)

    def _on_second_pass(self, begin: datetime, zone: tzinfo) -> Iterator[datetime]:
        """As above, but of a time that comes twice the second one."""
        for local in CronSim(self.text, begin):
            if _exists(local, zone):
                yield local.replace(tzinfo=zone, fold=1).astimezone(UTC)


def _begin(after: datetime, zone: tzinfo) -> datetime:
    """A local time that no local time of a later moment comes before, also when the clocks are about to go back."""
    moment = after.astimezone(UTC)
    clocks = (moment.astimezone(zone).replace(tzinfo=None), (moment + timedelta(days=1)).astimezone(zone))
    return min(clocks[0], clocks[1].replace(tzinfo=None) - timedelta(days=1))


def _exists(local: datetime, zone: tzinfo) -> bool:
    return local.replace(tzinfo=zone).astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local


def _behind_the_gap(local: datetime, zone: tzinfo) -> datetime:
    while not _exists(local, zone):
        local += timedelta(minutes=1)
    return local.replace(tzinfo=zone).astimezone(UTC)
