from __future__ import annotations

import pytest
from jsonschema import Draft7Validator

from rules.engine.schema.numbers import numbers_schema

VALIDATOR = Draft7Validator(numbers_schema())
FULL = {"when": [{"hours": {"mon": "open"}, "agent": "a"}], "otherwise": "vars.b", "drift": "mend", "pin": "x"}


@pytest.mark.parametrize("entry", [{"agent": "a"}, {"agent": "${{ vars.a }}"}, FULL, FULL | {"when": FULL["when"][0]}])
def test_what_may_be_written_fits(entry: dict[str, object]) -> None:
    assert VALIDATOR.is_valid({"numbers": {"desk": {"+31 85 000 0001": entry}}, "mode": "shadow"})


@pytest.mark.parametrize("entry", [{}, {"agent": "a"} | FULL, {"agnet": "a"}, FULL | {"when": [{"agent": "a"}]}])
def test_what_may_not_does_not(entry: dict[str, object]) -> None:
    assert not VALIDATOR.is_valid({"numbers": {"desk": {"+31850000001": entry}}})


def test_hours_are_a_var_or_a_week() -> None:
    for hours, fits in (("vars.opening", True), ("opening", False), ({"mon": "9-6"}, False)):
        entry = {"when": {"hours": hours, "agent": "a"}, "otherwise": "b"}
        assert VALIDATOR.is_valid({"numbers": {"desk": {"+31850000001": entry}}}) is fits
