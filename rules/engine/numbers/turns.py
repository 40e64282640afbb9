"""Which of several opening hours ever come to their turn, when the first that are on decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from rules.engine.cel.hours import Hours

_MINUTES = 24 * 60
_ALL_DAY = (1 << _MINUTES) - 1
_DAY = timedelta(days=1)
_SOME_MONDAY = date(2001, 1, 1)


def in_turn(hours: Sequence[Hours]) -> list[bool]:
    """For each of the hours, and last for the time they leave over: whether there is a minute that is theirs."""
    found = [False] * (len(hours) + 1)
    for day in _days(hours):
        left = _ALL_DAY
        for place, each in enumerate(hours):
            minutes = _minutes(each, day)
            found[place] = found[place] or bool(minutes & left)
            left &= ~minutes
        found[-1] = found[-1] or bool(left)
    return found


def _days(hours: Sequence[Hours]) -> Iterator[date]:
    """A week without dates of its own, every date that is written, and the day after each."""
    written = {day for each in hours for day in each.dates}
    yield from written
    yield from {day + _DAY for day in written if day < date.max}
    begin = _SOME_MONDAY
    while any(abs((day - begin).days) <= 8 for day in written):
        begin += 7 * _DAY
    yield from (begin + place * _DAY for place in range(7))


def _minutes(hours: Hours, day: date) -> int:
    """The minutes of a day that are open, a bit each."""
    bits = 0
    for start, end in hours.on(day):
        bits |= _bits(start, min(end, _MINUTES))
    for _, end in hours.on(day - _DAY) if day > date.min else ():
        bits |= _bits(0, end - _MINUTES)
    return bits


def _bits(start: int, end: int) -> int:
    return ((1 << end) - (1 << start)) if end > start else 0
