from __future__ import annotations

import asyncio

from store.client import Store


async def pass_by(store: Store, key: str, seconds: float) -> None:
    """As if so much time had gone by for the places of a key, and for who has a turn."""
    for name in (f"hs:rate:{key}", f"hs:rate:{key}:turns"):
        for member in await store.redis.zrange(name, 0, -1):
            await store.redis.zincrby(name, -seconds * 1000, member)


async def test_places_run_out_over_all_who_ask(store: Store) -> None:
    waits = await asyncio.gather(*(store.rates.wait_for("call-1", 10, 60) for _ in range(13)))
    assert sorted(waits)[:10] == [0.0] * 10
    assert all(50 < wait <= 60 for wait in sorted(waits)[10:])


async def test_places_come_free(store: Store) -> None:
    assert await store.rates.wait_for("k", 1, 60) == 0
    wait = await store.rates.wait_for("k", 1, 60)
    assert 0 < wait <= 60
    await pass_by(store, "k", wait)
    assert await store.rates.wait_for("k", 1, 60) == 0


async def test_keys_are_apart(store: Store) -> None:
    assert await store.rates.wait_for("a", 1, 60) == 0
    assert await store.rates.wait_for("b", 1, 60) == 0


async def test_who_has_a_turn_goes_before_who_comes_anew(store: Store) -> None:
    assert await store.rates.wait_for("k", 1, 60) == 0
    turn = await store.rates.wait_for("k", 1, 60, "first")
    await pass_by(store, "k", turn)
    assert await store.rates.wait_for("k", 1, 60, "second") > 0
    assert await store.rates.wait_for("k", 1, 60, "first") == 0


async def test_turns_lie_one_behind_the_other(store: Store) -> None:
    for _ in range(2):
        assert await store.rates.wait_for("k", 2, 60) == 0
    turns = [await store.rates.wait_for("k", 2, 60, f"run-{index}") for index in range(6)]
    rounds = [round(turn / 60) for turn in turns]
    assert rounds == [1, 1, 2, 2, 3, 3]


async def test_asking_again_early_loses_no_place_and_takes_none(store: Store) -> None:
    assert await store.rates.wait_for("k", 1, 60) == 0
    waits = [await store.rates.wait_for("k", 1, 60, "impatient") for _ in range(5)]
    assert all(59 < wait <= 60 for wait in waits)


async def test_a_caller_who_waits_asks_for_no_turn(store: Store) -> None:
    for _ in range(8):
        assert await store.rates.wait_for("k", 8, 60) == 0
    assert await store.rates.wait_for("k", 8, 60, "later") > 0
    assert await store.rates.wait_for("k", 10, 60) == 0


async def test_the_part_for_work_nobody_waits_for_is_free_only_when_enough_has_gone(store: Store) -> None:
    for _ in range(3):
        assert await store.rates.wait_for("k", 3, 60) == 0
    await pass_by(store, "k", 30)
    assert await store.rates.wait_for("k", 4, 60) == 0
    assert 30 < await store.rates.wait_for("k", 1, 60, "background") <= 60


async def test_a_key_rests_for_everybody_and_then_goes_on(store: Store) -> None:
    await store.rates.rest("k", 60)
    await store.rates.rest("k", 0.001)
    waits = [await store.rates.wait_for("k", limit, 60, who) for limit, who in ((0, ""), (100, ""), (80, "run"))]
    assert all(1 < wait <= 60 for wait in waits)
    assert await store.rates.wait_for("other", 100, 60) == 0
    await store.redis.pexpire("hs:rate:k:rest", 0)
    assert await store.rates.wait_for("k", 100, 60) == 0


async def test_without_a_limit_everybody_passes(store: Store) -> None:
    assert [await store.rates.wait_for("k", 0, 60) for _ in range(3)] == [0, 0, 0]
