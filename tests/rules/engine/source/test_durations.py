from __future__ import annotations

import pytest

from rules.engine.source.durations import BadDuration, parse_duration


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("300ms", 0.3), ("4s", 4), ("1m30s", 90), ("2h", 7200), ("7d", 604800), ("1.5s", 1.5), (5, 5), (0, 0)],
)
def test_durations_as_people_write_them(written: object, seconds: float) -> None:
    assert parse_duration(written) == pytest.approx(seconds)


@pytest.mark.parametrize("written", ["4 s", "soon", "", "4", "-4s", True, "1" * 50 + "s", -1, "100000w", "٣s"])
def test_anything_else_is_refused_with_an_example(written: object) -> None:
    with pytest.raises(BadDuration, match="duration"):
        parse_duration(written)
