from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path
from typing import Any

import pytest

import receiver.draining
from receiver.draining import drain, drain_for_ever
from receiver.pressure import Pressure
from store.client import Store, open_store
from store.event import new_event_id
from store.events import DEDUP_MS, Acceptance
from store.spool import BATCH, Spool, SpoolError
from tests.receiver.support import until
from tests.store.builders import accept, an_event


async def test_everything_is_brought_over_several_batches(store: Store, tmp_path: Path) -> None:
    spool = Spool(tmp_path, 50_000_000)
    await spool.append([Acceptance(an_event(), b"{}") for _ in range(BATCH * 2 + 1)])
    assert await drain(spool, store.events) == BATCH * 2 + 1
    assert await store.events.count() == BATCH * 2 + 1


async def test_an_acknowledged_id_that_turns_out_to_repeat_another_leads_to_it(store: Store, tmp_path: Path) -> None:
    spool = Spool(tmp_path, 50_000_000)
    first = an_event(dedup_key="call-1:ended")
    repeated, other = (first.model_copy(update={"id": new_event_id()}), an_event(dedup_key="call-2:ended"))
    await spool.append([Acceptance(each, b"{}") for each in (repeated, other)])
    await accept(store, first)
    assert await drain(spool, store.events) == 2
    for asked, found in ((repeated, first), (first, first), (other, other)):
        stored = await store.events.get(asked.id)
        assert stored is not None
        assert stored.event.id == found.id
    assert await store.events.count() == 2
    assert 0 < await store.redis.pttl(f"hs:alias:{repeated.id}") <= DEDUP_MS
    assert await store.redis.keys("hs:alias:*") == [f"hs:alias:{repeated.id}".encode()]


async def test_a_store_that_is_away_is_waited_for(store: Store, tmp_path: Path) -> None:
    spool = Spool(tmp_path, 50_000_000)
    await spool.append([Acceptance(an_event(), b"{}")])
    nowhere = open_store("unix:///nonexistent/valkey.sock")
    vain = asyncio.create_task(drain_for_ever(spool, nowhere.events))
    await asyncio.sleep(0.05)
    assert not vain.done()
    assert spool.count() == 1
    useful = asyncio.create_task(drain_for_ever(spool, store.events))
    await until(lambda: spool.count() == 0)
    for task in (vain, useful):
        task.cancel()
    await asyncio.gather(vain, useful, return_exceptions=True)
    await nowhere.close()
    assert await store.events.count() == 1


@pytest.mark.parametrize(
    "error", [SpoolError("disk I/O error"), sqlite3.OperationalError("disk I/O error"), KeyError()]
)
async def test_trouble_with_the_disk_ends_no_draining(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    spool = Spool(tmp_path, 50_000_000)
    await spool.append([Acceptance(an_event(), b"{}")])
    healthy, failed = spool.drain, asyncio.Event()

    async def broken_once(accept: Any) -> int:
        if failed.is_set():
            return await healthy(accept)
        failed.set()
        raise error

    monkeypatch.setattr(spool, "drain", broken_once)
    monkeypatch.setattr(receiver.draining, "EVERY", 0.001)
    draining = asyncio.create_task(drain_for_ever(spool, store.events))
    await until(lambda: spool.count() == 0)
    assert failed.is_set()
    draining.cancel()
    await asyncio.gather(draining, return_exceptions=True)


async def test_nothing_is_brought_while_there_is_too_much_to_do(store: Store, tmp_path: Path) -> None:
    spool = Spool(tmp_path, 50_000_000)
    await spool.append([Acceptance(an_event(), b"{}") for _ in range(BATCH * 2 + 1)])
    pressure = Pressure(store.backlog, BATCH, 0)
    await pressure.look()
    assert await drain(spool, store.events, pressure) == BATCH
    assert await drain(spool, store.events, pressure) == 0
    for job in (await store.queue.claim("w", {"background": BATCH})).jobs:
        await store.queue.finish(job.claim, job.claim.job_id, {})
    await pressure.look()
    assert await drain(spool, store.events, pressure) == BATCH
