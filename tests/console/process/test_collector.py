from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from console.process.collector import YOUNG, calm_collector


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    threshold = gc.get_threshold()
    gc.unfreeze()
    yield
    gc.set_threshold(*threshold)
    gc.freeze()


def test_what_is_there_is_set_aside_and_the_rest_is_looked_through_less_often() -> None:
    calm_collector()
    assert gc.get_freeze_count() > 10_000
    assert gc.get_threshold()[0] == YOUNG


def test_cycles_made_later_are_still_found() -> None:
    calm_collector()
    cycle: list[object] = []
    cycle.append(cycle)
    del cycle
    assert gc.collect() >= 1
