from __future__ import annotations

from store.client import Store
from store.scripting import run, run_many, script


async def test_scripts_know_the_keys(store: Store) -> None:
    assert "queue = 'hs:queue:'" in script("claim").text


async def test_running_survives_a_forgetful_server(store: Store) -> None:
    assert await run(store.redis, "take", "k", 1, 60_000) == 0
    await store.redis.script_flush()
    assert await run(store.redis, "take", "k2", 1, 60_000) == 0


async def test_many_runs_keep_their_order_and_their_errors(store: Store) -> None:
    results = await run_many(store.redis, "take", [("a", 1, 60_000), ("b", "x", 1), ("a", 1, 60_000)])
    assert results[0] == 0
    assert isinstance(results[1], Exception)
    assert results[2] > 0
