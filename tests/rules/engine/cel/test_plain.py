from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta

import pytest

from rules.engine.cel.plain import NotPlain, fit_for_cel, for_cel, of_type, to_json, to_plain, to_text


def test_values_become_json() -> None:
    moment = datetime(2026, 3, 2, 18, tzinfo=UTC)
    value = {"n": 3.0, "f": 1.5, "at": moment, "for": timedelta(seconds=90), "l": (1, b"hi"), 5: None}
    plain = to_plain(value)
    assert plain == {"n": 3, "f": 1.5, "at": "2026-03-02T18:00:00Z", "for": 90, "l": [1, "aGk="], "5": None}
    assert isinstance(plain["n"], int)


@pytest.mark.parametrize("value", [math.inf, math.nan, object()])
def test_what_json_cannot_carry_is_refused(value: object) -> None:
    with pytest.raises(NotPlain):
        to_plain({"x": value})


def test_text_inside_sentences() -> None:
    assert to_text(3.0) == "3"
    assert to_text(1.25) == "1.25"
    assert to_text("é") == "é"
    assert to_text(True) == "true"
    assert to_text({"b": [1.0], "a": "é"}) == '{"a": "é", "b": [1]}'
    assert to_json("x") == '"x"'


def test_what_cel_cannot_hold_is_made_to_fit() -> None:
    assert for_cel({"a": (1, 2), 3: 2**70}) == {"a": [1, 2], "3": float(2**70)}
    assert for_cel("a\ud800b") == "a?b"
    assert for_cel(10**400) == str(10**400)


def test_deep_data_is_cut_off_rather_than_overflowing() -> None:
    deep: list[object] = []
    for _ in range(5000):
        deep = [deep]
    assert for_cel(deep)


def test_ordinary_json_is_not_copied() -> None:
    value = {"a": [1, 2.5, {"b": "é"}], "c": None}
    assert fit_for_cel(value) is value
    assert fit_for_cel({"a": 2**70}) == {"a": float(2**70)}
    assert fit_for_cel(["\ud800"]) == ["?"]


def test_declared_names_get_a_value_of_their_type() -> None:
    assert of_type(None, "string") == ""
    assert isinstance(of_type(3, "number"), float)
    assert of_type(True, "bool") is True
    assert of_type("2026-03-02T18:00:00+00:00", "timestamp") == datetime(2026, 3, 2, 18, tzinfo=UTC)
    assert of_type(None, "map") == {}
