from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.web.filters import asks_numbers, going_on, wanted_of
from store.look import Wanted


def test_filters_are_read_from_the_address() -> None:
    wanted, problems = wanted_of({"kind": " message ", "since": "2026-03-01T09:00", "until": "2026-03-01T09:00+02:00"})
    assert problems == []
    assert wanted == Wanted(kind="message", since_ms=1772355600000, until_ms=1772348400000)


@pytest.mark.parametrize("moment", ["yesterday", "2026-13-01T00:00", "\0"])
def test_what_is_no_moment_is_told_and_left_out(moment: str) -> None:
    wanted, problems = wanted_of({"since": moment})
    assert wanted.since_ms == 0
    assert len(problems) == 1


def test_going_on_keeps_the_filters() -> None:
    assert going_on({"kind": "message", "cursor": "1-1", "rule": ""}, "5-0") == "kind=message&cursor=5-0"


@pytest.mark.parametrize(
    ("wanted", "asks"),
    [
        (Wanted(number="0612"), True), (Wanted(text="call 06 12 34"), True), (Wanted(text="order 12"), False),
        (Wanted(kind="message"), False),
    ],
)  # fmt: skip
def test_asking_for_a_number_is_known(wanted: Wanted, asks: bool) -> None:
    assert asks_numbers(wanted) is asks


@given(st.dictionaries(st.sampled_from(["since", "until", "text", "number"]), st.text()))
def test_no_address_breaks_it(query: dict[str, str]) -> None:
    wanted, _ = wanted_of(query)
    assert wanted.since_ms >= 0
    assert len(wanted.text) <= 200
