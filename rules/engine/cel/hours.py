"""Opening hours as ops write them: `{mon-fri: "09:00-18:00", sat: closed, 2026-12-25: closed}`.

A key is a day, a span of days, several of these with commas, or a date. A date beats a single day, a single day beats
a span, and days that are not named are closed. A value is `closed`, `open` (all day), or times such as
`09:00-12:00, 13:00-17:00`; a span that ends before it begins runs past midnight.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SPAN = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})", re.ASCII)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_MINUTES_A_DAY = 24 * 60
_FAR = 400
"""How many days ahead an opening is looked for."""

Spans = tuple[tuple[int, int], ...]
"""Minutes from midnight, start and end; an end beyond 1440 is on the next day."""


class BadHours(ValueError):
    """Opening hours that cannot be understood; the message names the key and how to write it."""


@dataclass(frozen=True)
class Hours:
    """Opening hours, parsed."""

    days: Mapping[int, Spans]
    dates: Mapping[date, Spans]

    def is_open(self, local: datetime) -> bool:
        """Whether this local time falls into a span of its own day, or of the day before past midnight."""
        minute = local.hour * 60 + local.minute
        today = local.date()
        return any(start <= minute < end for start, end in self.on(today)) or any(
            minute < end - _MINUTES_A_DAY for _, end in self.on(today - timedelta(days=1))
        )

    def next_open(self, now: datetime, zone: ZoneInfo) -> datetime:
        """Now when open, else the start of the next span; raises BadHours when there is none."""
        local = now.astimezone(zone)
        if self.is_open(local):
            return now
        for ahead in range(_FAR):
            day = local.date() + timedelta(days=ahead)
            later = [start for start in self._starts(day, zone) if start > now]
            if later:
                return min(later)
        raise BadHours("these opening hours never open")

    def _starts(self, day: date, zone: ZoneInfo) -> list[datetime]:
        return [_moment(day, start, zone) for start, _ in self.on(day)]

    def on(self, day: date) -> Spans:
        """The spans that begin on this day."""
        return self.dates.get(day, self.days.get(day.weekday(), ()))


def parse_hours(written: Mapping[str, Any]) -> Hours:
    """Raises BadHours with the first thing that cannot be understood."""
    ranked: dict[int, tuple[int, Spans]] = {}
    dates: dict[date, Spans] = {}
    for key, value in written.items():
        spans = _spans(str(key), value)
        for part in str(key).lower().split(","):
            if _DATE.fullmatch(part.strip()):
                dates[_date(part.strip())] = spans
                continue
            days = _days(part.strip(), str(key))
            for day in days:
                if day not in ranked or len(days) <= ranked[day][0]:
                    ranked[day] = (len(days), spans)
    return Hours({day: spans for day, (_, spans) in ranked.items()}, dates)


def odd_hours(written: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Hours that can be read and are hardly meant: the key and a sentence. Raises BadHours."""
    spans = {str(key): _spans(str(key), value) for key, value in written.items()}
    plain = [span for of_key in spans.values() for span in of_key if span[1] <= _MINUTES_A_DAY]
    return [*_overlaps(spans), *(_reversed(spans) if plain else ()), *_named_twice(spans)]


def _overlaps(spans: Mapping[str, Spans]) -> Iterator[tuple[str, str]]:
    for key, of_key in spans.items():
        ordered = sorted(of_key)
        for (start, end), (later, last) in pairwise(ordered):
            if later < end:
                yield key, f"{key}: {_clock(later, last)} begins before {_clock(start, end)} is over"


def _reversed(spans: Mapping[str, Spans]) -> Iterator[tuple[str, str]]:
    """One span past midnight among others that end on their day is mostly a slip."""
    for key, of_key in spans.items():
        for start, end in of_key:
            if end - start > _MINUTES_A_DAY // 2 and end > _MINUTES_A_DAY:
                hours = (end - start) / 60
                yield key, f"{key}: {_clock(start, end)} runs past midnight, for {hours:g} hours; is that meant?"


def _named_twice(spans: Mapping[str, Spans]) -> Iterator[tuple[str, str]]:
    named: dict[tuple[int, int], str] = {}
    for key in spans:
        for part in key.lower().split(","):
            days = [] if _DATE.fullmatch(part.strip()) else _days(part.strip(), key)
            for day in days:
                before = named.setdefault((day, len(days)), key)
                if before != key:
                    yield key, f'{DAYS[day]} stands in "{before}" as well as in "{key}"; the last one counts'
                    return


def _clock(start: int, end: int) -> str:
    begins, ends = (f"{minute // 60 % 24:02}:{minute % 60:02}" for minute in (start, end))
    return f"{begins}-{ends}"


def _days(part: str, key: str) -> list[int]:
    names = [name.strip()[:3] for name in re.split(r"[-–]", part)]
    if len(names) > 2 or any(name not in DAYS for name in names):
        raise BadHours(f'"{key}" is neither a day nor a date; write mon, mon-fri, sat or 2026-12-25')
    first, last = DAYS.index(names[0]), DAYS.index(names[-1])
    return [day % 7 for day in range(first, (last if last >= first else last + 7) + 1)]


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadHours(f'"{text}" is not a day of the calendar') from error


def _spans(key: str, value: Any) -> Spans:
    if isinstance(value, list):
        return tuple(span for item in value for span in _spans(key, item))
    text = str(value).strip().lower()
    if text == "closed":
        return ()
    if text == "open":
        return ((0, _MINUTES_A_DAY),)
    return tuple(_span(key, part.strip()) for part in text.split(","))


def _span(key: str, text: str) -> tuple[int, int]:
    found = _SPAN.fullmatch(text)
    if not found:
        raise BadHours(f'{key}: "{text}" is not a span of time; write "09:00-18:00", closed or open')
    hours, minutes, end_hours, end_minutes = map(int, found.groups())
    start, end = hours * 60 + minutes, end_hours * 60 + end_minutes
    if minutes > 59 or end_minutes > 59 or start >= _MINUTES_A_DAY or end > _MINUTES_A_DAY:
        raise BadHours(f'{key}: "{text}" is not within a day')
    return (start, end) if end > start else (start, end + _MINUTES_A_DAY)


def _moment(day: date, minute: int, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(minute // 60, minute % 60), zone).astimezone(UTC)
