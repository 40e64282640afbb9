from __future__ import annotations

import asyncio

import pytest

from store.client import Store
from store.holds import Hold
from store.runs import RunId
from tests.store.builders import accept, an_event, claim_one

LIMIT = Hold("limit", "alarm", "+31612340001", count=3, per=3600)
ONCE = Hold("once", "welcome", "+31612340001")
ONE_AT_A_TIME = Hold("concurrency", "sync", "crm", count=1)


async def a_run(store: Store) -> RunId:
    event = an_event()
    await accept(store, event)
    return RunId(event.id, "alarm")


async def test_a_limit_over_many_who_ask_at_once(store: Store) -> None:
    runs = [RunId(f"evt_{n}", "alarm") for n in range(10)]
    waits = await asyncio.gather(*(store.holds.take(LIMIT, run) for run in runs))
    assert sorted(wait for wait in waits if wait is not None)[:3] == [0, 0, 0]
    assert sum(wait == 0 for wait in waits) == 3
    assert all(wait == pytest.approx(3600, abs=5) for wait in waits if wait)


async def test_a_resumed_run_is_counted_once(store: Store) -> None:
    run = RunId("evt_1", "alarm")
    for hold in (LIMIT, ONCE):
        assert await store.holds.take(hold, run) == 0
        assert await store.holds.take(hold, run) == 0
    others = [await store.holds.take(LIMIT, RunId(f"evt_{n}", "alarm")) for n in (2, 3, 4)]
    assert [wait == 0 for wait in others] == [True, True, False]


async def test_keys_are_apart(store: Store) -> None:
    assert await store.holds.take(ONCE, RunId("evt_1", "welcome")) == 0
    other = Hold("once", "welcome", "+31600000000")
    assert await store.holds.take(other, RunId("evt_2", "welcome")) == 0


async def test_once_for_ever_and_once_for_a_while(store: Store) -> None:
    await store.holds.take(ONCE, RunId("evt_1", "welcome"))
    assert await store.holds.take(ONCE, RunId("evt_2", "welcome")) is None
    daily = Hold("once", "daily", "x", per=86400)
    await store.holds.take(daily, RunId("evt_1", "daily"))
    assert await store.holds.take(daily, RunId("evt_2", "daily")) == pytest.approx(86400, abs=5)


async def test_one_at_a_time(store: Store) -> None:
    first, second = await a_run(store), await a_run(store)
    assert await store.holds.take(ONE_AT_A_TIME, first) == 0
    assert await store.holds.take(ONE_AT_A_TIME, second) == 1
    await store.holds.give_back(ONE_AT_A_TIME, first)
    assert await store.holds.take(ONE_AT_A_TIME, second) == 0


async def test_a_place_whose_work_is_over_comes_free(store: Store) -> None:
    first = await a_run(store)
    claim = await claim_one(store)
    await store.holds.take(ONE_AT_A_TIME, first)
    await store.queue.finish(claim, first.event_id, {})
    assert await store.holds.take(ONE_AT_A_TIME, await a_run(store)) == 0


async def test_a_parked_run_keeps_its_place(store: Store) -> None:
    first = await a_run(store)
    claim = await claim_one(store)
    await store.holds.take(ONE_AT_A_TIME, first)
    await store.runs.park(claim, first, 60)
    await store.queue.finish(claim, first.event_id, {})
    assert await store.holds.take(ONE_AT_A_TIME, await a_run(store)) == 1


async def test_restart_takes_the_place_of_the_oldest(store: Store) -> None:
    restart = Hold("concurrency", "sync", "crm", count=1, restart=True)
    first, second = await a_run(store), await a_run(store)
    assert await store.holds.take(restart, first) == 0
    assert await store.holds.take(restart, second) == 0
    assert not await store.holds.has(restart, first)
    assert await store.holds.has(restart, second)
    assert await store.holds.take(restart, first) is None, "it does not take its place back"
