"""Opening hours as ops write them: `{mon-fri: "09:00-18:00", sat: closed, 2026-12-25: closed}`.

A key is a day, a span of days, several of these with commas, or a date. A date beats a single day, a single day beats
a span, and days that are not named are closed. A value is `closed`, `open` (all day), or times such as
`09:00-12:00, 13:00-17:00`; a span that ends before it begins runs past midnight.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
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
