from __future__ import annotations

from typing import Any

import pytest

from receiver.providers.mapping.cel import INCOMING, MISSING, Failed, activation
from receiver.providers.mapping.shapes import DEEPEST, Shape, shape_of

SEEN = {"raw": {"a": 1, "b": "x"}, "headers": {}, "query": {}, "door": "", "tool": ""}


def shape(written: Any) -> tuple[Shape, list[tuple[str, int]]]:
    problems: list[tuple[str, int]] = []
    made = shape_of(written, INCOMING, ("k",), lambda path, problem: problems.append((".".join(path), problem.offset)))
    return made, problems


def given(written: Any) -> Any:
    made, problems = shape(written)
    assert problems == []
    return made.give(activation(INCOMING, SEEN))


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("raw.a", 1),
        ("raw.c", MISSING),
        (3, 3),
        (True, True),
        ({"x": "raw.a", "y": "raw.c", "z": {"n": 1.5}}, {"x": 1, "z": {"n": 1.5}}),
        (["raw.a", "raw.c", "'t'"], [1, "t"]),
        ({}, {}),
    ],
)
def test_values_of_expressions(written: Any, found: Any) -> None:
    assert given(written) == found


def test_a_failure_says_where() -> None:
    with pytest.raises(Failed, match=r"^x: 0: a field was asked"):
        given({"x": ["raw.b.c"]})


@pytest.mark.parametrize(
    ("written", "problems"),
    [
        ("rw.a", [("k", 0)]),
        ({"x": "raw.a ==", "y": ["raw.a", "rw"]}, [("k.x", 8), ("k.y.1", 0)]),
        (None, [("k", 0)]),
        ("", [("k", 0)]),
    ],
)
def test_every_mistake_is_reported_with_its_keys(written: Any, problems: list[tuple[str, int]]) -> None:
    assert shape(written)[1] == problems


def test_depth_ends() -> None:
    deep: Any = "raw.a"
    for _ in range(DEEPEST + 1):
        deep = [deep]
    assert len(shape(deep)[1]) == 1


def test_expressions_are_found_wherever_they_are() -> None:
    made, _ = shape({"x": ["raw.a", {"y": "raw.b"}], "z": 3})
    assert [expression.text for expression in made.expressions()] == ["raw.a", "raw.b"]
