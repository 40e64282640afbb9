from __future__ import annotations

import asyncio

import pytest

from store.ceilings import ceiling
from store.client import Store, open_store

FIVE = ceiling("5 per 1d")


async def test_two_workers_together_get_no_more_than_the_ceiling(store: Store, store_url: str) -> None:
    other = open_store(store_url)
    asked = [
        each.spending.take("desk", "numbers-bought", FIVE, f"evt/{n}/{name}")
        for n in range(20)
        for name, each in (("a", store), ("b", other))
    ]
    waits = await asyncio.gather(*asked)
    await other.close()
    assert sum(wait == 0 for wait in waits) == 5
    assert all(wait == pytest.approx(86_400, abs=5) for wait in waits if wait)
    assert await store.spending.used("desk", "numbers-bought", FIVE) == 5


async def test_an_operation_counts_once_however_often_it_is_tried(store: Store) -> None:
    for _ in range(10):
        assert await store.spending.take("desk", "numbers-bought", FIVE, "evt/rule/buy") == 0
    assert await store.spending.used("desk", "numbers-bought", FIVE) == 1


async def test_an_operation_that_has_its_place_keeps_it_above_a_full_ceiling(store: Store) -> None:
    one = ceiling("1 per 1h")
    assert await store.spending.take("desk", "calls-started", one, "first") == 0
    assert await store.spending.take("desk", "calls-started", one, "second") > 0
    assert await store.spending.take("desk", "calls-started", one, "first") == 0


async def test_connections_and_ceilings_are_counted_apart(store: Store) -> None:
    one = ceiling("1 per 1h")
    for connection, cost in (("desk", "calls-started"), ("desk", "numbers-bought"), ("other", "calls-started")):
        assert await store.spending.take(connection, cost, one, "op") == 0  # type: ignore[arg-type]
    assert await store.spending.take("desk", "calls-started", one, "another") > 0


async def test_a_place_counts_from_the_last_try_and_comes_free_after_the_time(store: Store) -> None:
    one = ceiling("1 per 1h")
    await store.spending.take("desk", "calls-started", one, "first")
    seconds, _ = await store.redis.time()
    await store.redis.zadd("hs:spent:calls-started:desk", {"first": (seconds - 3000) * 1000})
    assert await store.spending.take("desk", "calls-started", one, "second") == pytest.approx(600, abs=5)
    assert await store.spending.take("desk", "calls-started", one, "first") == 0
    assert await store.spending.take("desk", "calls-started", one, "second") == pytest.approx(3600, abs=5)
    await store.redis.zadd("hs:spent:calls-started:desk", {"first": (seconds - 3601) * 1000})
    assert await store.spending.used("desk", "calls-started", one) == 0
    assert await store.spending.take("desk", "calls-started", one, "second") == 0


async def test_a_lowered_ceiling_says_when_there_is_room_again(store: Store) -> None:
    for n in range(5):
        await store.spending.take("desk", "numbers-bought", FIVE, f"op{n}")
    seconds, _ = await store.redis.time()
    for n in range(5):
        await store.redis.zadd("hs:spent:numbers-bought:desk", {f"op{n}": (seconds - 1000 * (5 - n)) * 1000})
    two = ceiling("2 per 1d")
    assert await store.spending.take("desk", "numbers-bought", two, "new") == pytest.approx(86_400 - 2000, abs=5)


async def test_nothing_at_all_is_a_ceiling_too(store: Store) -> None:
    assert await store.spending.take("desk", "calls-started", ceiling("0 per 1h"), "op") == 3600


async def test_what_cost_nothing_is_given_back(store: Store) -> None:
    one = ceiling("1 per 1h")
    await store.spending.take("desk", "calls-started", one, "first")
    await store.spending.give_back("desk", "calls-started", "first")
    assert await store.spending.take("desk", "calls-started", one, "second") == 0
