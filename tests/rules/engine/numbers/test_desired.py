from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.engine.cel.hours import parse_hours
from rules.engine.numbers.desired import Kept, NumbersFile, Shift, Wanted

ZONE = ZoneInfo("Europe/Amsterdam")


def kept(hours: dict[str, str], *more: dict[str, str]) -> Kept:
    shifts = tuple(Shift(parse_hours(each), f"shift{place}") for place, each in enumerate((hours, *more)))
    return Kept("desk", "+31850000001", "night", shifts)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


WEEK = {"mon-fri": "09:00-18:00", "2026-12-25": "closed"}


@pytest.mark.parametrize(
    ("now", "agent", "until"),
    [
        ("2026-03-02T08:59", "night", "2026-03-02T09:00"),
        ("2026-03-02T09:00", "shift0", "2026-03-02T18:00"),
        ("2026-03-06T18:00", "night", "2026-03-09T09:00"),
        ("2026-12-24T19:00", "night", "2026-12-28T09:00"),
        ("2026-03-28T12:00", "night", "2026-03-30T09:00"),
    ],
)
def test_who_should_answer_and_until_when(now: str, agent: str, until: str) -> None:
    assert kept(WEEK).wanted(at(now), ZONE) == Wanted(agent, at(until))


def test_a_number_with_one_agent_never_changes() -> None:
    assert Kept("desk", "+31850000001", "night").wanted(at("2026-03-02T09:00"), ZONE) == Wanted("night")
    always = Kept("desk", "+31850000001", "day", (Shift(parse_hours(WEEK), "day"),))
    assert always.wanted(at("2026-03-02T09:00"), ZONE) == Wanted("day")


def test_hours_past_midnight_and_the_first_shift_that_is_on() -> None:
    number = kept({"sat": "10:00-12:00"}, {"fri": "22:00-02:00", "sat": "open"})
    assert number.wanted(at("2026-03-06T23:00"), ZONE) == Wanted("shift1", at("2026-03-07T10:00"))
    assert number.wanted(at("2026-03-07T10:30"), ZONE) == Wanted("shift0", at("2026-03-07T12:00"))
    assert number.wanted(at("2026-03-07T12:00"), ZONE) == Wanted("shift1", at("2026-03-08T00:00"))


def test_the_night_the_clocks_go_back() -> None:
    number = kept({"sun": "02:30-05:00"})
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert number.wanted(first - timedelta(minutes=1), ZONE) == Wanted("night", first)
    again = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)
    assert number.wanted(first, ZONE) == Wanted("shift0", again)
    assert number.wanted(again, ZONE) == Wanted("night", again + timedelta(minutes=30))


DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun", "2026-03-29", "2026-10-25")
SPAN = st.tuples(st.integers(0, 47), st.integers(1, 47)).map(
    lambda pair: (
        f"{pair[0] // 2:02}:{pair[0] % 2 * 30:02}-{(pair[0] + pair[1]) % 48 // 2:02}:{(pair[0] + pair[1]) % 2 * 30:02}"
    )
)
HOURS = st.dictionaries(st.sampled_from(DAYS), st.one_of(st.sampled_from(("open", "closed")), SPAN), min_size=1)


@given(
    HOURS,
    HOURS,
    st.sampled_from((datetime(2026, 3, 27, tzinfo=UTC), datetime(2026, 10, 23, tzinfo=UTC))),
    st.integers(0, 4000),
)
def test_nothing_changes_before_the_moment_that_is_told(
    hours: dict[str, str], more: dict[str, str], begin: datetime, minutes: int
) -> None:
    number, now = kept(hours, more), begin + timedelta(minutes=minutes)
    wanted = number.wanted(now, ZONE)
    assert wanted.agent == number.agent_at(now, ZONE)
    moment = now
    while moment < now + timedelta(days=3) and (wanted.until is None or moment < wanted.until):
        assert number.agent_at(moment, ZONE) == wanted.agent
        moment += timedelta(minutes=15)
    if wanted.until is not None:
        assert number.agent_at(wanted.until, ZONE) != wanted.agent


def test_the_next_change_of_a_file_is_the_first_of_its_numbers() -> None:
    one, other = kept(WEEK), kept({"mon": "09:00-10:00"})
    file = NumbersFile("numbers.yaml", (one, other), ZONE)
    assert file.next_change(at("2026-03-02T09:30")) == at("2026-03-02T10:00")
    assert NumbersFile("numbers.yaml", zone=ZONE).next_change(at("2026-03-02T09:30")) is None
