from __future__ import annotations

from typing import Any

import pytest

from store.ceilings import DEFAULT_CEILINGS, ceiling


@pytest.mark.parametrize(
    ("written", "count", "per"),
    [("20 per 1d", 20, 86400), ("500  per  1h", 500, 3600), ("0 per 1d", 0, 86400), ("3 per 1h30m", 3, 5400)],
)
def test_what_is_written_is_read(written: str, count: int, per: float) -> None:
    read = ceiling(written)
    assert (read.count, read.per, str(read)) == (count, per, " ".join(written.split()))
    assert ceiling(read) is read


@pytest.mark.parametrize(
    ("written", "words"),
    [
        (5, "write for example 20 per 1d"),
        ("lots", "is not a ceiling"),
        ("-1 per 1d", "is not a ceiling"),
        ("1.5 per 1d", "is not a ceiling"),
        ("5 per day", "is not a duration"),
        ("5 per 0s", "counts over no time"),
        (None, "is not a ceiling"),
        ({"count": 5}, "is not a ceiling"),
    ],
)
def test_anything_else_says_how_to_write_it(written: Any, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ceiling(written)


def test_the_default_is_on() -> None:
    assert {cost: str(each) for cost, each in DEFAULT_CEILINGS.items()} == {
        "numbers-bought": "5 per 1d",
        "calls-started": "60 per 1h",
    }
