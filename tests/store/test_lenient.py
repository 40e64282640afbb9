from __future__ import annotations

from typing import Any

import pytest

from store.lenient import Unreadable, first, mapping, mappings, parse, text


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        (b"[1]", [1]),
        (b'\xef\xbb\xbf{"a": NaN}', {"a": "NaN"}),
        (b'{"a": "half \\ud83d"}', {"a": "half \ufffd"}),
        (b"[" * 200 + b"]" * 200, None),
    ],
)
def test_what_strict_json_refuses_is_read_however_deep(body: bytes, wanted: Any) -> None:
    assert wanted is None or parse(body) == wanted
    assert parse(body) is not None


@pytest.mark.parametrize(("body", "problem"), [(b"{", "not JSON"), (b'"\xff"', "not UTF-8"), (b"[" * 10**6, "deeper")])
def test_what_nobody_can_read_is_refused(body: bytes, problem: str) -> None:
    with pytest.raises(Unreadable, match=problem):
        parse(body)


def test_values_of_any_type_are_read_as_what_was_expected() -> None:
    values: list[Any] = ["a", 1, 1.5, True, None, []]
    assert [text(value) for value in values] == ["a", "1", "1.5", "", "", ""]
    assert (mapping([1]), mappings([{}, 1]), mappings({})) == ({}, [{}], [])
    assert first({"a": None, "b": 0}, "a", "b") == 0
