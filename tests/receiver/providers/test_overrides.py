from __future__ import annotations

from typing import Any

import pytest

from receiver.providers.overrides import laid_over, longest_call


@pytest.mark.parametrize(
    ("wanted", "found", "faults"),
    [
        ({}, 0, 0),
        ({"max_duration": "10m"}, 600, 0),
        ({"max_duration": 1.2}, 2, 0),
        ({"max_duration": 0}, 0, 1),
        ({"max_duration": "soon"}, 0, 1),
        ({"max_duration": float("inf")}, 0, 1),
    ],
)
def test_the_longest_call_is_whole_seconds_or_a_problem(wanted: dict[str, Any], found: int, faults: int) -> None:
    problems: list[str] = []
    assert longest_call(wanted, problems) == found
    assert problems == ["max_duration is not a duration"] * faults


@pytest.mark.parametrize("own", [None, "text", [1]])
def test_what_is_no_map_has_nothing(own: Any) -> None:
    assert laid_over(own, {"a": 1}) == {"a": 1}


def test_more_is_laid_over_what_is_there() -> None:
    assert laid_over({"a": 1, "b": 1}, {"b": 2}) == {"a": 1, "b": 2}
