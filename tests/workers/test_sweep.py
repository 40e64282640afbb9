from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from typing import Any

import pytest
from redis.exceptions import ConnectionError as StoreGone

from store.backlog import Load
from store.client import Store
from store.retention import Keep
from store.tasks import end
from tests.store.builders import accept, an_event, claim_one
from tests.store.finished import done, rewind
from tests.store.test_pauses import stopped
from tests.workers.support import Shop
from workers import sweep as module
from workers.sweep import Tidying, sweep, sweep_for_ever


async def orphan(store: Store) -> str:
    event = an_event()
    await accept(store, event)
    await store.redis.zrem("hs:queue:background", event.id)
    return event.id


async def test_work_without_a_job_gets_one(store: Store, caplog: pytest.LogCaptureFixture) -> None:
    ids = {await orphan(store) for _ in range(3)}
    await accept(store, an_event())
    assert await sweep(store, older_than=-1) == 3
    batch = await store.queue.claim("w", {"background": 9})
    assert ids < {job.claim.job_id for job in batch.jobs}
    assert len(caplog.records) == 3
    assert await sweep(store, older_than=-1) == 0


async def test_every_piece_of_work_is_looked_at(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 2)
    for _ in range(7):
        await orphan(store)
    assert await sweep(store, older_than=-1) == 7


async def test_what_was_just_opened_is_left_alone(store: Store) -> None:
    await orphan(store)
    assert await sweep(store) == 0


async def test_a_job_in_work_is_no_orphan(store: Store) -> None:
    await accept(store, an_event())
    claim = await claim_one(store)
    assert await sweep(store, older_than=-1) == 0
    assert await store.redis.get(f"arq:in-progress:{claim.job_id}") == claim.token.encode()


async def test_runs_whose_pause_is_over_go_on(store: Store) -> None:
    await store.pauses.begin("rule:tell", "anna")
    await stopped(store)
    assert await sweep(store) == 0
    await store.redis.delete("hs:pauses")
    assert await sweep(store) == 1
    assert await store.pauses.count() == 0


async def test_only_one_sweeps(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EVERY", 0.02)
    sweeps: list[str] = []

    async def counted(_store: Store, *, orphans: bool) -> int:
        sweeps.append("orphans" if orphans else "answers")
        return 0

    monkeypatch.setattr(module, "sweep", counted)
    tasks = [asyncio.create_task(sweep_for_ever(store, f"w{n}", Keep())) for n in range(8)]
    began = time.monotonic()
    async with asyncio.timeout(50):
        while len(sweeps) < 4:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    await stop(tasks)
    most = (time.monotonic() - began) / 0.018 + 1
    assert len(sweeps) <= most
    assert sweeps[0] == "orphans"


@pytest.mark.parametrize("error", [StoreGone("away"), KeyError("a bug of ours")])
async def test_sweeping_outlives_every_failure(store: Store, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    monkeypatch.setattr(module, "EVERY", 0.002)
    calls = 0

    async def fails(*_: Any, **__: Any) -> int:
        nonlocal calls
        calls += 1
        raise error

    monkeypatch.setattr(module, "sweep", fails)
    task = asyncio.create_task(sweep_for_ever(store, "w", Keep()))
    async with asyncio.timeout(30):
        while calls < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    await stop([task])


# --- what is old ------------------------------------------------------------------------------------------------------

WEEK = Keep(7 * 86_400)
REMEMBERS = """
on: status-update
steps: [{ action: memory.add, with: { scope: caller, key: calls, value: 1 } }]
"""


async def test_what_is_old_is_removed_once_a_minute_by_one_of_all_workers(store: Store) -> None:
    old, young = await done(store), await done(store)
    await rewind(store, old.id, 8)
    workers = [Tidying(store, f"w{n}", WEEK) for n in range(3)]
    for worker in workers:
        await worker.look()
    assert await store.events.statuses([old.id, young.id]) == ["", "done"]
    await rewind(store, young.id, 8)
    for worker in workers:
        await worker.look()
    assert await store.events.count() == 1
    await store.redis.delete("hs:lock:retention")
    await workers[2].look()
    assert await store.events.count() == 0


FULL = Load(0, used=900, room=1000, events=10)


async def test_a_store_that_is_too_full_loses_its_oldest_events_ahead_of_their_time(
    store: Store, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    events, unfinished = [await done(store) for _ in range(9)], an_event()
    await accept(store, unfinished)
    for number, event in enumerate((unfinished, *events)):
        await rewind(store, event.id, 1 - number / 100)
    loads = [replace(FULL, used=700), FULL, FULL, replace(FULL, used=600), replace(FULL, used=600)]

    async def look() -> Load:
        return loads.pop(0)

    monkeypatch.setattr(store.backlog, "look", look)
    keep, left = Keep(7 * 86_400, share=0.7), []
    workers = [Tidying(store, name, keep) for name in ("w1", "w2")]
    for worker in (workers[0], workers[1], workers[0], workers[1]):
        await worker.look()
        left.append(await store.events.count())
    assert left == [10, 7, 7, 7]
    assert loads == []
    statuses = await store.events.statuses([unfinished.id, *(event.id for event in events)])
    assert statuses == ["queued", "", "", "", *["done"] * 6]
    (told,) = [record for record in caplog.records if record.levelname == "WARNING"]
    assert (told.message, told.__dict__["events"]) == ("the store is too full, events removed before their time", 3)


async def test_a_long_pass_is_done_in_parts(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PART", 0.0)
    monkeypatch.setattr("store.retention.BATCH", 2)
    for _ in range(5):
        await rewind(store, (await done(store)).id, 8)
    worker, left = Tidying(store, "w", WEEK), []
    for _ in range(4):
        await worker.look()
        left.append(await store.events.count())
    assert left == [3, 1, 0, 0]


async def test_the_sweeper_removes_what_is_old(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EVERY", 0.01)
    await rewind(store, (await done(store)).id, 8)
    task = asyncio.create_task(sweep_for_ever(store, "w", WEEK))
    async with asyncio.timeout(30):
        while await store.events.count():  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    await stop([task])


async def test_a_backlog_of_thirty_days_is_worked_off_and_nothing_is_lost_by_age(shop: Shop) -> None:
    shop.rule("count", REMEMBERS)
    events = [await shop.post(an_event()) for _ in range(120)]
    store = shop.store
    for event in events:
        await rewind(store, event.id, 30)
        for queue in ("hs:open", "hs:queue:background"):
            await store.redis.zincrby(queue, -30 * 86_400_000, event.id)
    bounds = WEEK.bounds(await store.retention.now_ms())
    assert await store.retention.whole_pass(bounds) == 0
    assert await sweep(store) == 0
    await shop.work()
    assert await store.events.statuses([event.id for event in events]) == ["done"] * 120
    assert (await store.memory.recall("caller:+31612340001"))["calls"] == 120
    assert await store.retention.whole_pass(bounds) == 0
    for event in events:
        await rewind(store, event.id, 8)
    assert await store.retention.whole_pass(bounds) == 120
    left = {name.decode() async for name in store.redis.scan_iter()}
    assert left == {"hs:memory:caller:+31612340001", "hs:token", "hs:unused-versions", "hs:workers"} | {
        name for name in left if name.startswith("hs:version:")
    }


async def stop(tasks: list[asyncio.Task[None]]) -> None:
    await end(*tasks)
