from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.engine.numbers.verdict import ACTED_ON, DIFFERENT, STATES, Known, State, differences, verdict

NOW = 10_000_000
LEFT = Known(agent="day", plan="day")


@pytest.mark.parametrize(
    ("present", "wanted", "known", "mends", "state"),
    [
        ("day", "night", Known(), False, "change"),
        ("night", "night", Known(), False, "same"),
        ("day", "night", LEFT, False, "change"),
        ("", "day", LEFT, False, "drift"),
        ("other", "night", LEFT, False, "drift"),
        ("night", "night", LEFT, False, "same"),
        ("other", "day", LEFT, True, "mend"),
        ("other", "night", Known("other", "night"), False, "adopted"),
        ("other", "day", Known("other", "night"), False, "change"),
        ("night", "day", replace(LEFT, intent="night"), False, "change"),
        ("other", "night", replace(LEFT, intent="night"), False, "drift"),
        ("", "night", replace(LEFT, intent="night", freed=True), False, "change"),
        ("", "night", replace(LEFT, intent="night"), False, "drift"),
    ],
)
def test_what_is_done_about_a_number(present: str, wanted: str, known: Known, mends: bool, state: State) -> None:
    assert verdict(present, wanted, known, mends=mends, pin=None, now_ms=NOW).state == state


def test_a_pin_comes_first() -> None:
    found = verdict("other", "day", LEFT, mends=True, pin="by anna", now_ms=NOW)
    assert (found.state, found.why) == ("pinned", "by anna")


def test_the_fourth_mend_of_an_hour_is_a_report() -> None:
    often = replace(LEFT, mends=(NOW - 3, NOW - 2, NOW - 1))
    found = verdict("other", "day", often, mends=True, pin=None, now_ms=NOW)
    assert found.state == "drift"
    assert "3 times" in found.why
    later = verdict("other", "day", often, mends=True, pin=None, now_ms=NOW + 3_600_000)
    assert later.state == "mend"


NAMES = st.sampled_from(["", "day", "night", "other"])


@given(NAMES, NAMES, NAMES, NAMES)
def test_a_hand_is_never_overruled_where_drift_is_reported(present: str, wanted: str, agent: str, plan: str) -> None:
    found = verdict(present, wanted, Known(agent, plan), mends=False, pin=None, now_ms=NOW)
    assert not (found.state in ACTED_ON and present != agent)


def test_states_are_told_and_counted() -> None:
    assert STATES.keys() >= DIFFERENT
    assert differences(["same", "drift"])
    assert not differences(["same", "adopted", "pinned"])
