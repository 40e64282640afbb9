from __future__ import annotations

import asyncio

from store.client import Store


async def test_places_run_out_over_all_who_ask(store: Store) -> None:
    waits = await asyncio.gather(*(store.rates.wait_for("call-1", 10, 60) for _ in range(13)))
    assert sorted(waits)[:10] == [0.0] * 10
    assert all(50 < wait <= 60 for wait in sorted(waits)[10:])


async def test_places_come_free(store: Store) -> None:
    assert await store.rates.wait_for("k", 1, 0.02) == 0
    wait = await store.rates.wait_for("k", 1, 0.02)
    assert 0 < wait <= 0.02
    await asyncio.sleep(wait + 0.002)
    assert await store.rates.wait_for("k", 1, 0.02) == 0


async def test_keys_are_apart(store: Store) -> None:
    assert await store.rates.wait_for("a", 1, 60) == 0
    assert await store.rates.wait_for("b", 1, 60) == 0
