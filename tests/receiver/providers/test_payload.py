"""Bodies from strangers are read or refused, and never raise anything else."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.providers.payload import (
    MAX_DEPTH,
    Unreadable,
    arguments,
    canonical,
    first,
    jsonable,
    mapping,
    mappings,
    moment,
    number,
    read_object,
    text,
)


def nested(depth: int, core: str = "1") -> bytes:
    return ('{"a":' * depth + core + "}" * depth).encode()


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"{}", {}),
        (b' {"a": 1, "a": 2} ', {"a": 2}),
        (b'\xef\xbb\xbf{"a":1}', {"a": 1}),
        (b'{"a":NaN,"b":-Infinity}', {"a": "NaN", "b": "-Infinity"}),
        (b'{"a":1e999}', {"a": "1e999"}),
        (b'{"a":"half \\ud83d"}', {"a": "half \ufffd"}),
        (b'{"\\ude00":1}', {"\ufffd": 1}),
        (b'{"a":"\\ud83d\\ude00","b":NaN}', {"a": "😀", "b": "NaN"}),
        (b'{"a":18446744073709551615}', {"a": 2**64 - 1}),
        (b'{"a":123456789012345678901234567890}', {"a": 1.2345678901234568e29}),
        (b'{"a":123456789012345678901234567890,"b":NaN,"c":7}', {"a": 1.2345678901234568e29, "b": "NaN", "c": 7}),
        (b'{"a":' + b"9" * 5000 + b"}", {"a": "9" * 5000}),
    ],
)
def test_reads(body: bytes, wanted: dict[str, Any]) -> None:
    assert read_object(body) == wanted
    assert orjson.loads(canonical(read_object(body))) == wanted


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"{'a': 1}", "not JSON"),
        (b"a=1&b=2", "not JSON"),
        (b"[1]", "not an object"),
        (b'"text"', "not an object"),
        (b"NaN", "not an object"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"\xff\xfe{\x00}\x00", "not UTF-8"),
        (nested(MAX_DEPTH + 1), "nested deeper"),
        (nested(MAX_DEPTH + 1, "NaN"), "nested deeper"),
        (nested(900, "NaN"), "nested deeper"),
        (nested(100_000), "nested deeper"),
        (b'{"a":' + b"[" * 1_000_000, "nested deeper"),
    ],
)
def test_refuses(body: bytes, problem: str) -> None:
    with pytest.raises(Unreadable, match=problem):
        read_object(body)


def test_the_deepest_body_and_a_broad_one_are_read() -> None:
    assert read_object(nested(MAX_DEPTH))
    assert read_object(nested(MAX_DEPTH, "NaN"))
    assert len(read_object(b'{"a":[' + b",".join([b"{}"] * 1000) + b"]}")["a"]) == 1000


def test_a_problem_repeats_nothing_of_the_body() -> None:
    with pytest.raises(Unreadable) as refusal:
        read_object(b'{"phone": "+31612340001"')
    assert "+31" not in refusal.value.problem


@given(st.binary(max_size=200) | st.text(max_size=200).map(lambda value: value.encode("utf-8", "surrogatepass")))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        payload = read_object(body)
    except Unreadable:
        return
    assert orjson.loads(canonical(payload)) == payload


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(ANY)
def test_accessors_take_anything(value: Any) -> None:
    assert isinstance(text(value), str)
    assert isinstance(mapping(value), dict)
    assert isinstance(number(value), float)
    assert isinstance(arguments(value), dict)
    assert all(isinstance(item, dict) for item in mappings(value))
    found = moment(value)
    assert found is None or found.tzinfo is not None


def test_text() -> None:
    values: list[Any] = ["a", 7, 1.5, True, None, {}, []]
    assert [text(value) for value in values] == ["a", "7", "1.5", "", "", "", ""]


def test_number() -> None:
    values = (3, 1.5, "2.5", "x", True, None, float("inf"), "nan")
    assert [number(value) for value in values] == [3, 1.5, 2.5, 0, 0, 0, 0, 0]


def test_arguments() -> None:
    assert arguments({"a": 1}) == {"a": 1}
    assert arguments('{"a": 1}') == {"a": 1}
    assert arguments("[1]") == arguments("hello") == arguments(None) == arguments([1]) == {}


def test_first_passes_over_nulls_but_not_over_empty_values() -> None:
    assert first({"a": None, "b": ""}, "a", "b") == ""
    assert first({}, "a") is None


@pytest.mark.parametrize(
    "value", [1767000000123, "1767000000123", "2025-12-29T09:20:00.123Z", "2025-12-29T10:20:00.123+01:00"]
)
def test_moments(value: Any) -> None:
    assert moment(value) == datetime(2025, 12, 29, 9, 20, 0, 123000, UTC)


def test_more_moments() -> None:
    assert moment(1767000000) == moment("2025-12-29T09:20:00")
    nonsense: list[Any] = [None, "", "soon", 0, -1, True, 1e300, 10**17, "²", "0001-01-01T00:00:00+23:59", []]
    assert [moment(value) for value in nonsense] == [None] * len(nonsense)


def test_jsonable() -> None:
    assert jsonable({"a": (1, 2), "b": float("nan")}) == {"a": [1, 2], "b": None}


@pytest.mark.parametrize("value", [object(), 2**70, "\ud800", {1: 2}])
def test_what_json_cannot_carry(value: Any) -> None:
    with pytest.raises(ValueError, match="not JSON"):
        jsonable(value)
