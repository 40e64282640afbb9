from __future__ import annotations

import asyncio
from typing import Any

import pytest
from redis.exceptions import ConnectionError as StoreGone

from store.client import Store
from tests.store.builders import accept, an_event, claim_one
from tests.store.test_pauses import stopped
from workers import sweep as module
from workers.sweep import sweep, sweep_for_ever


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
    tasks = [asyncio.create_task(sweep_for_ever(store, f"w{n}")) for n in range(8)]
    await asyncio.sleep(0.1)
    await stop(tasks)
    assert 1 <= len(sweeps) <= 5
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
    task = asyncio.create_task(sweep_for_ever(store, "w"))
    async with asyncio.timeout(1):
        while calls < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    await stop([task])


async def stop(tasks: list[asyncio.Task[None]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
