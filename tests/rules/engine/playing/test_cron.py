from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.engine.playing.cron import BadCron, NeverDue, check_cron, due_times, next_due
from rules.engine.rule import Schedule

AMSTERDAM = "Europe/Amsterdam"
ZONES = [AMSTERDAM, "America/New_York", "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago", "UTC"]


def schedule(cron: str, zone: str = AMSTERDAM) -> Schedule:
    return Schedule(cron, zone, "skip")


def local(text: str, zone: str = AMSTERDAM) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


def times(cron: str, begin: str, end: str, zone: str = AMSTERDAM) -> list[str]:
    """Local times, with their offset, from one local time to another."""
    found = due_times(schedule(cron, zone), local(begin, zone), local(end, zone))
    return [moment.astimezone(ZoneInfo(zone)).strftime("%d %H:%M %z") for moment in found]


def test_an_ordinary_week() -> None:
    found = times("0 18 * * MON-FRI", "2026-01-02T12:00", "2026-01-06T18:00")
    assert found == ["02 18:00 +0100", "05 18:00 +0100", "06 18:00 +0100"]


def test_the_beginning_is_left_out_and_the_end_is_not() -> None:
    assert times("0 18 * * *", "2026-01-02T18:00", "2026-01-03T17:59") == []
    assert times("0 18 * * *", "2026-01-02T17:59", "2026-01-02T18:00") == ["02 18:00 +0100"]


SPRING = ("2026-03-28T12:00", "2026-03-30T12:00")
AUTUMN = ("2026-10-24T12:00", "2026-10-26T12:00")


@pytest.mark.parametrize(
    ("cron", "found"),
    [
        ("30 2 * * *", ["29 03:00 +0200", "30 02:30 +0200"]),
        ("0 2 * * *", ["29 03:00 +0200", "30 02:00 +0200"]),
        ("0 3 * * *", ["29 03:00 +0200", "30 03:00 +0200"]),
        ("0,30 2,3 29 3 *", ["29 03:00 +0200", "29 03:30 +0200"]),
        ("*/20 2 29 3 *", ["29 03:00 +0200"]),
        ("0 */2 29 3 *", [f"29 {hour:02}:00 +0{1 if hour < 2 else 2}00" for hour in (0, 3, *range(4, 24, 2))]),
    ],
)
def test_a_time_that_is_left_out_counts_when_the_clocks_have_moved(cron: str, found: list[str]) -> None:
    assert times(cron, *SPRING) == found


@pytest.mark.parametrize(
    ("cron", "found"),
    [
        ("30 2 * * *", ["25 02:30 +0200", "26 02:30 +0100"]),
        ("0 3 * * *", ["25 03:00 +0100", "26 03:00 +0100"]),
        ("*/30 2 25 10 *", ["25 02:00 +0200", "25 02:30 +0200", "25 02:00 +0100", "25 02:30 +0100"]),
    ],
)
def test_a_time_that_comes_twice_counts_once(cron: str, found: list[str]) -> None:
    assert times(cron, *AUTUMN) == found


@pytest.mark.parametrize("cron", ["*/15 * * * *", "7 * * * *", "7 0-23 * * *"])
@pytest.mark.parametrize("day", ["2026-03-29", "2026-10-25"])
def test_what_runs_with_the_clock_keeps_its_distance(cron: str, day: str) -> None:
    begin = local(f"{day}T00:00").astimezone(UTC)
    found = list(due_times(schedule(cron), begin, begin + timedelta(hours=6)))
    step = timedelta(minutes=15 if cron.startswith("*") else 60)
    assert {later - earlier for earlier, later in pairwise(found)} == {step}
    assert len(found) == timedelta(hours=6) / step


DAYS = st.dates(date(2020, 1, 1), date(2035, 12, 1))


@given(st.sampled_from(ZONES), DAYS, st.integers(0, 22), st.integers(0, 59))
def test_a_daily_line_comes_once_a_local_day(zone: str, first: date, hour: int, minute: int) -> None:
    begin = local(first.isoformat(), zone).astimezone(UTC) - timedelta(microseconds=1)
    end = local((first + timedelta(days=40)).isoformat(), zone).astimezone(UTC) - timedelta(microseconds=1)
    found = due_times(schedule(f"{minute} {hour} * * *", zone), begin, end)
    days = Counter(moment.astimezone(ZoneInfo(zone)).date() for moment in found)
    assert days == dict.fromkeys((first + timedelta(days=n) for n in range(40)), 1)


CHANGES = st.sampled_from(["2026-03-29T01:00", "2026-10-25T01:00", "2026-10-04T00:00", "2026-04-05T00:00"])
LINES = st.sampled_from(
    ["* * * * *", "*/7 * * * *", "*/20 1-3 * * *", "5 * * * *", "30 2 * * *", "0 */2 * * *", "15 1,2,3 * * SUN"]
)


@given(LINES, st.sampled_from(ZONES), CHANGES, st.lists(st.integers(0, 12 * 3600), max_size=4))
def test_looking_more_often_changes_nothing(cron: str, zone: str, change: str, looks: list[int]) -> None:
    """A pointer that is moved on at any moments handles what one look over all of it would have found."""
    begin = local(change, zone).astimezone(UTC) - timedelta(hours=3)
    whole = list(due_times(schedule(cron, zone), begin, begin + timedelta(hours=12)))
    ends = [*(begin + timedelta(seconds=look) for look in sorted(looks)), begin + timedelta(hours=12)]
    parts = [
        moment
        for start, end in zip([begin, *ends], ends, strict=False)
        for moment in due_times(schedule(cron, zone), start, end)
    ]
    assert parts == whole
    assert whole == sorted(set(whole))


@given(LINES, st.sampled_from(ZONES), DAYS)
def test_the_next_is_the_first_of_all(cron: str, zone: str, day: date) -> None:
    begin = local(day.isoformat(), zone).astimezone(UTC)
    found = next_due(schedule(cron, zone), begin)
    assert found == next(due_times(schedule(cron, zone), begin, begin + timedelta(days=8)))
    assert found is not None
    assert found > begin


@given(st.sampled_from(ZONES), st.datetimes(datetime(2020, 1, 1), datetime(2035, 1, 1)))
def test_every_minute_is_every_minute(zone: str, begin: datetime) -> None:
    start = begin.replace(second=0, microsecond=0, tzinfo=UTC)
    found = list(islice(due_times(schedule("* * * * *", zone), start, start + timedelta(days=1)), 200))
    assert found == [start + timedelta(minutes=n) for n in range(1, 201)]


def test_a_day_that_a_country_left_out() -> None:
    found = times("30 9 30 12 *", "2011-12-29T00:00", "2012-12-29T00:00", "Pacific/Apia")
    assert found == ["31 00:00 +1400"]


@pytest.mark.parametrize(
    "cron", ["0 18 * * MON-FRI", "*/15 * * * *", "0 0 29 2 *", "0 0 L * *", "0 0 * 2 MON#5", "0 0 30 2 MON"]
)
def test_lines_that_come(cron: str) -> None:
    check_cron(cron)


@pytest.mark.parametrize("cron", ["0 0 30 2 *", "0 0 31 2,4,6,9,11 *", "0 0 */5 2 MON#5"])
def test_lines_that_never_come(cron: str) -> None:
    with pytest.raises(NeverDue):
        check_cron(cron)


@pytest.mark.parametrize("cron", ["", "daily", "61 * * * *", "0 0 32 * *", "* * * *", "* * * * * *", "0 0 30 13 *"])
def test_what_is_no_line_at_all(cron: str) -> None:
    with pytest.raises(BadCron) as caught:
        check_cron(cron)
    assert not isinstance(caught.value, NeverDue)


@given(st.text(max_size=30))
def test_any_text_is_judged(text: str) -> None:
    try:
        check_cron(text)
    except BadCron:
        return
    assert next_due(schedule(text), datetime(2026, 1, 1, tzinfo=UTC))


def test_schedules_are_the_same_when_their_moments_are() -> None:
    assert schedule("0  18 * * mon").identity == schedule("0 18 * * MON").identity
    assert schedule("0 18 * * MON").identity != schedule("0 18 * * MON", "UTC").identity
