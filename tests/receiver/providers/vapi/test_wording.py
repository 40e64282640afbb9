"""Values in the platform's forms."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.providers.vapi.wording import destination, one_line, usable


@pytest.mark.parametrize(
    ("value", "line"),
    [
        ("Booked.", "Booked."),
        ("one\ntwo\r\nthree", "one two three"),
        ("", ""),
        ({"a": "x\ny", "b": [1, True]}, '{"a":"x\\ny","b":[1,true]}'),
        (None, "null"),
        (3, "3"),
    ],
)
def test_one_line(value: Any, line: str) -> None:
    assert one_line(value) == line


@given(st.text() | st.dictionaries(st.text(), st.text()))
def test_a_line_never_breaks(value: Any) -> None:
    line = one_line(value)
    assert len(line.splitlines()) <= 1
    assert orjson.dumps(line)


@pytest.mark.parametrize("value", [object(), float("nan").__class__, {1j: 2}])
def test_what_is_no_json_is_refused(value: Any) -> None:
    with pytest.raises(ValueError, match="JSON"):
        one_line(value)


def test_destinations() -> None:
    assert destination("+31850000099") == {"type": "number", "number": "+31850000099"}
    assert destination("sip:a@example.com") == {"type": "sip", "sipUri": "sip:a@example.com"}
    assert destination("SIPS:a@example.com")["type"] == "sip"


def test_what_does_not_fit_is_left_out_and_told() -> None:
    problems: list[str] = []
    types: dict[str, tuple[type, str]] = {"a": (str, "a text"), "b": (dict, "an object"), "c": (str, "a text")}
    assert usable({"a": "x", "b": {"y": object()}, "c": "", "d": 1}, types, problems) == {"a": "x"}
    assert sorted(problems) == ["b is not an object", "c is not a text", "d cannot be said here"]
