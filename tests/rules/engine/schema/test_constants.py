from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.engine.cel.hours import DAYS, BadHours, parse_hours
from rules.engine.schema.constants import hours, vars_schema
from tests.rules.engine.schema.support import faults_in, fits
from tests.rules.engine.vocab import VARS

SCHEMA = vars_schema()


@pytest.mark.parametrize("text", [VARS, "{}", "a: 1", "x_hours: { mon: 09:00-18:00 }", "hours: [1, 2]", "hours: open"])
def test_what_is_right(text: str) -> None:
    assert faults_in(SCHEMA, text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("night-agent: x", "(top)"),
        ("9x: 1", "(top)"),
        ("a:", "a"),
        ("timezone: [UTC]", "timezone"),
        ("hours: { mon-fry: open }", "hours"),
        ("hours: { mon: 9-18 }", "hours.mon"),
        ("night_hours: { mon: [closed, never] }", "night_hours.mon.1"),
    ],
)
def test_what_is_wrong(text: str, place: str) -> None:
    assert place in faults_in(SCHEMA, text)


DAY = st.sampled_from([*DAYS, "monday", "moon", "fry", ""])
KEY = st.one_of(
    DAY,
    st.builds("{}-{}".format, DAY, DAY),
    st.builds("{}, {}".format, DAY, DAY),
    st.sampled_from(["2026-12-25", "2026-1-1", "mon,2026-12-25", "mon-wed-fri"]),
)
VALUE = st.sampled_from(
    ["closed", "open", "09:00-18:00", "9:00 - 18:00", "09:00-12:00, 13:00-17:00", "9-18", "", "shut", "09:00"]
)


@given(st.dictionaries(KEY, st.one_of(VALUE, st.lists(VALUE, max_size=2)), min_size=1, max_size=3))
def test_opening_hours_are_those_the_engine_reads(written: dict[str, Any]) -> None:
    try:
        parse_hours(written)
    except BadHours:
        read = False
    else:
        read = True
    assert fits(hours(), written) == read
