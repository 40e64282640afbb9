from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from rules.engine.cel.hours import BadHours, parse_hours

ZONE = ZoneInfo("Europe/Amsterdam")
WRITTEN = {"mon-fri": "09:00-18:00", "wed": "09:00-12:00, 13:00-17:00", "sat": "closed", "2026-12-25": "closed"}


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [
        ("2026-03-02T09:00", True),
        ("2026-03-02T08:59", False),
        ("2026-03-02T17:59", True),
        ("2026-03-02T18:00", False),
        ("2026-03-04T12:30", False),
        ("2026-03-04T13:00", True),
        ("2026-03-07T10:00", False),
        ("2026-03-08T10:00", False),
        ("2026-12-25T10:00", False),
        ("2026-12-24T10:00", True),
    ],
)
def test_a_date_beats_a_day_beats_a_span(moment: str, is_open: bool) -> None:
    assert parse_hours(WRITTEN).is_open(local(moment)) is is_open


def test_the_order_of_the_keys_does_not_matter() -> None:
    turned = parse_hours(dict(reversed(list(WRITTEN.items()))))
    assert turned.is_open(local("2026-03-04T12:30")) is False


def test_a_span_past_midnight_belongs_to_the_day_it_began() -> None:
    hours = parse_hours({"fri": "22:00-02:00"})
    assert hours.is_open(local("2026-03-06T23:00"))
    assert hours.is_open(local("2026-03-07T01:59"))
    assert not hours.is_open(local("2026-03-07T02:00"))
    assert not hours.is_open(local("2026-03-06T01:00"))


def test_spans_of_days_may_wrap_around_the_week() -> None:
    hours = parse_hours({"sat-mon": "open"})
    assert hours.is_open(local("2026-03-08T00:00"))
    assert hours.is_open(local("2026-03-02T23:59"))
    assert not hours.is_open(local("2026-03-03T12:00"))


def test_next_opening_skips_closed_days_and_keeps_local_time_over_the_clock_change() -> None:
    hours = parse_hours({"mon-fri": "09:00-18:00"})
    friday_evening = local("2026-03-27T19:00").astimezone(UTC)
    assert hours.next_open(friday_evening, ZONE) == datetime(2026, 3, 30, 7, 0, tzinfo=UTC)


def test_next_opening_is_now_when_open_and_later_today_in_a_break() -> None:
    hours = parse_hours(WRITTEN)
    now = local("2026-03-04T10:00")
    assert hours.next_open(now, ZONE) == now
    assert hours.next_open(local("2026-03-04T12:30"), ZONE) == local("2026-03-04T13:00")


def test_hours_that_never_open_say_so() -> None:
    with pytest.raises(BadHours, match="never open"):
        parse_hours({"sat": "closed"}).next_open(local("2026-03-04T10:00"), ZONE)


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ({"someday": "09:00-10:00"}, "neither a day nor a date"),
        ({"mon": "9 to 5"}, "not a span of time"),
        ({"mon": "09:00-25:00"}, "not within a day"),
        ({"mon": "09:75-10:00"}, "not within a day"),
        ({"2026-02-30": "closed"}, "calendar"),
        ({"mon-tue-wed": "open"}, "neither a day nor a date"),
    ],
)
def test_what_cannot_be_understood_is_named(written: dict[str, str], message: str) -> None:
    with pytest.raises(BadHours, match=message):
        parse_hours(written)
