from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from rules.engine.cases.sidebyside import outline, side_by_side

JSON: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
)


def rows(left: Any, right: Any, width: int = 80) -> list[tuple[str, str, str]]:
    return [(row.left.rstrip(), row.mark, row.right) for row in side_by_side(left, right, width)]


def test_an_outline_reads_like_yaml() -> None:
    assert list(outline({"a": {"b": 1, "c": []}, "d": ["x", {"e": True}], "f": None, "g": "one\ntwo", "h": ""})) == [
        "a:", "  b: 1", "  c: []", "d:", "  - x", "  -", "    e: true", "f: nothing", "g:", "  one", "  two", 'h: ""',
    ]  # fmt: skip


def test_lines_that_differ_are_marked() -> None:
    assert rows({"a": 1, "b": 2, "c": 3}, {"a": 1, "b": 9, "d": 4, "c": 3}) == [
        ("a: 1", " ", "a: 1"),
        ("b: 2", "≠", "b: 9"),
        ("", ">", "d: 4"),
        ("c: 3", " ", "c: 3"),
    ]
    assert rows({"a": 1, "b": 2}, {"a": 1}) == [("a: 1", " ", "a: 1"), ("b: 2", "<", "")]


def test_long_text_is_wrapped_on_its_own_side() -> None:
    told = rows("one two three four five six", "one two three four five seven", width=35)
    assert told == [
        ("one two three", "≠", "one two three"),
        ("  four five six", "≠", "  four five"),
        ("", "≠", "  seven"),
    ]


@given(JSON, JSON, st.integers(0, 200))
def test_no_value_makes_it_raise(left: Any, right: Any, width: int) -> None:
    marks = {row.mark for row in side_by_side(left, right, width)}
    assert marks <= {" ", "≠", "<", ">"}
