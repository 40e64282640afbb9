from __future__ import annotations

import asyncio
from typing import Any

import pytest

from store.connections import AuthEntry
from store.tasks import end
from tests.workers.reconcile.test_recover import a_call, listed
from tests.workers.support import Shop, front_desk
from workers.reconcile import job
from workers.reconcile.job import reconcile_for_ever

SINCE = {"since": "2020-01-01T00:00:00+00:00"}


@pytest.fixture
def desk(shop: Shop) -> Shop:
    auth = (AuthEntry(scheme="path_token", secret="t"),)
    shop.connections["desk"] = front_desk(generation="g3", auth=auth)
    listed(shop, a_call("c1"))
    return shop


async def test_a_comparison_is_done_told_and_kept(desk: Shop) -> None:
    comparison = await desk.store.reconciles.ask(SINCE)
    await desk.work()
    done = await desk.store.reconciles.get(comparison)
    assert done is not None
    assert done.report is not None
    (told,) = done.report["connections"]
    assert (told["connection"], told["recovered"]) == ("desk", 1)
    kept = (await desk.store.reconciles.last())["desk"]
    assert (kept["recovered"], kept["asked"]) == (1, True)
    assert kept["at"]
    assert await desk.store.queue.open_work() == 0


async def test_only_telling_is_not_kept(desk: Shop) -> None:
    await desk.store.reconciles.ask(SINCE | {"dry_run": True})
    await desk.work()
    assert await desk.store.reconciles.last() == {}


async def test_one_that_is_taken_up_again_tells_what_is_so(desk: Shop) -> None:
    comparison = await desk.store.reconciles.ask(SINCE)
    claimed, lease = await desk.take()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.store.reconciles, "tell", _dies)
        with pytest.raises(KeyError):
            await desk.perform(claimed, lease)
    await desk.lose(lease)
    await desk.work()
    done = await desk.store.reconciles.get(comparison)
    assert done
    assert done.report
    assert done.report["connections"][0]["whole"] == 1
    assert await desk.store.events.count() == 1


async def _dies(*_: Any) -> None:
    raise KeyError


async def test_one_that_was_forgotten_is_over(desk: Shop) -> None:
    comparison = await desk.store.reconciles.ask(SINCE)
    await desk.store.redis.delete(f"hs:reconcile:{comparison}")
    await desk.work()
    assert await desk.store.queue.open_work() == 0


async def test_of_many_workers_one_asks_each_time(desk: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(job, "FIRST_AFTER", 0.0)
    looked = asyncio.Semaphore(0)
    lock = desk.store.queue.lock

    async def locked(*arguments: Any) -> bool:
        try:
            return await lock(*arguments)
        finally:
            looked.release()

    monkeypatch.setattr(desk.store.queue, "lock", locked)
    watchers = [asyncio.create_task(reconcile_for_ever(desk.desk, f"w{number}", 60.0)) for number in range(3)]
    async with asyncio.timeout(60):
        for _ in watchers:
            await looked.acquire()
    await asyncio.wait(watchers, timeout=0.2)
    await end(*watchers)
    assert await desk.store.queue.open_work() == 1
    assert list(await desk.store.reconciles.connected_since(["desk"], 5)) == ["desk"]
    assert (await desk.store.reconciles.connected_since(["desk"], 5))["desk"] > 5


async def test_switched_off_the_connections_are_known_all_the_same(desk: Shop) -> None:
    await reconcile_for_ever(desk.desk, "w", 0.0)
    assert (await desk.store.reconciles.connected_since(["desk"], 5))["desk"] > 5
    assert await desk.store.queue.open_work() == 0
