from __future__ import annotations

import math
import random
from pathlib import Path

import pytest

from benchmarks.scale import CALLS, RECEIVER, busiest_second, size, table

PAGE = Path(__file__).parents[2] / "docs" / "scale.md"


def test_the_page_shows_what_comes_out() -> None:
    assert "\n".join(table()) in PAGE.read_text(encoding="utf-8")


def test_twice_the_calls_take_twice_the_room() -> None:
    one, other = size(100_000), size(200_000)
    assert other.memory_gb == pytest.approx([2 * each for each in one.memory_gb])
    assert other.average == pytest.approx(2 * one.average)
    assert one.busiest < other.busiest < 2 * one.busiest


def test_there_are_always_two_of_each_and_more_where_one_is_half_busy() -> None:
    assert (size(CALLS[0]).receivers, size(CALLS[0]).workers) == (2, 2)
    many = size(20_000_000)
    assert many.receivers == math.ceil(many.busiest / RECEIVER * 2) > 2


@pytest.mark.parametrize("mean", [0.5, 5.0, 60.0])
def test_the_busiest_second_is_one_that_chance_brings(mean: float) -> None:
    """Against plain drawing: the largest of fewer draws is smaller, and not by much."""
    chance = random.Random(3)

    def drawn() -> int:
        count, product, least = 0, chance.random(), math.exp(-mean)
        while product > least:
            count, product = count + 1, product * chance.random()
        return count

    largest = max(drawn() for _ in range(20_000))
    assert largest <= busiest_second(mean, 1) <= largest + 6 + mean / 2
