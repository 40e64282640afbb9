from __future__ import annotations

import pytest

from store.client import Store, open_store
from store.metrics import Count, Sheet, Spread
from store.tallies import Tallyman, within


def counted(store: Store) -> tuple[Sheet, Tallyman]:
    sheet = Sheet()
    measures: dict[str, Count | Spread] = {
        "rule": sheet.count("outcomes", "what became of rules", "rule", "outcome"),
        "seconds": sheet.spread("seconds", "how long", "rule", buckets=(0.1, 1.0)),
    }
    return sheet, Tallyman(store.tallies, measures)


async def test_what_two_processes_count_is_added_up(store: Store) -> None:
    for _ in range(2):
        _, tallyman = counted(store)
        tallyman.measures["rule"].add("night", "ran")  # type: ignore[union-attr]
        await tallyman.tell()
    ((_, today),) = await store.tallies.days(1)
    assert today == {("rule", "night", "ran"): 2}
    seconds, _ = await store.redis.time()
    assert abs((await store.tallies.last())[("rule", "night", "ran")] - int(seconds) * 1000) < 5000


async def test_only_what_is_new_is_told(store: Store) -> None:
    _, tallyman = counted(store)
    for _ in range(3):
        tallyman.measures["rule"].add("night", "ran")  # type: ignore[union-attr]
        await tallyman.tell()
        await tallyman.tell()
    assert (await store.tallies.days(2))[0][1][("rule", "night", "ran")] == 3


async def test_while_the_store_is_away_nothing_is_forgotten(store: Store) -> None:
    _, tallyman = counted(store)
    tallyman.measures["rule"].add("night", "ran")  # type: ignore[union-attr]
    there, tallyman.tallies = tallyman.tallies, open_store("unix:///nowhere.sock").tallies
    await tallyman.tell()
    tallyman.tallies = there
    await tallyman.tell()
    assert (await store.tallies.days(1))[0][1][("rule", "night", "ran")] == 1


@pytest.mark.parametrize(
    ("seconds", "bound"), [([], None), ([0.05], 0.1), ([0.05] * 99 + [5], 0.1), ([0.05, 0.5], 1.0), ([9], float("inf"))]
)
async def test_a_spread_tells_within_what_time_most_were_done(
    store: Store, seconds: list[float], bound: float | None
) -> None:
    _, tallyman = counted(store)
    for each in seconds:
        tallyman.measures["seconds"].observe(each, "night")  # type: ignore[union-attr]
    await tallyman.tell()
    assert within((await store.tallies.days(1))[0][1], "seconds", "night") == bound
