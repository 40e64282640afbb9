from __future__ import annotations

from typing import Any

import pytest

from rules.engine.cases.differences import exact, of_whole, part


def lines(found: Any) -> list[str]:
    return [difference.text for difference in found]


@pytest.mark.parametrize(
    ("wanted", "got", "told"),
    [
        ({"a": 1}, {"a": 1.0}, []),
        ({"a": 1}, {"a": 2, "b": 3}, ["x.a: wanted 1, got 2", "x.b: wanted nothing, got 3"]),
        ([1, {"a": 2}], [1, {"a": 3}], ["x[1].a: wanted 2, got 3"]),
        ([1], [1, 2], ["x: wanted [1], got [1, 2]"]),
        (1, True, ["x: wanted 1, got true"]),
        (None, None, []),
    ],
)
def test_exact(wanted: Any, got: Any, told: list[str]) -> None:
    assert lines(exact(wanted, got, "x")) == told


@pytest.mark.parametrize(
    ("wanted", "got", "told"),
    [
        ({"a": {"b": 1}}, {"a": {"b": 1, "c": 2}, "d": 3}, []),
        ({"a": 1}, {}, ["x.a: wanted 1, got nothing"]),
        ({"a": None}, {}, []),
        ({"a": None}, {"a": 1}, ["x.a: wanted nothing, got 1"]),
        ({"a": [1]}, {"a": [1, 2]}, ["x.a: wanted [1], got [1, 2]"]),
    ],
)
def test_part(wanted: Any, got: Any, told: list[str]) -> None:
    assert lines(part(wanted, got, "x")) == told


def test_each_difference_knows_the_whole() -> None:
    (found,) = of_whole(exact({"a": 1}, {"a": 2}, "answer"), "answer", {"a": 1}, {"a": 2})
    assert found.whole is not None
    assert (found.whole.where, found.whole.wanted, found.whole.got) == ("answer", {"a": 1}, {"a": 2})
