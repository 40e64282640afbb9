from __future__ import annotations

import asyncio
from pathlib import Path

from receiver.draining import drain, drain_for_ever
from store.client import Store, open_store
from store.events import Acceptance
from store.spool import BATCH, Spool
from tests.receiver.support import until
from tests.store.builders import an_event


async def test_everything_is_brought_over_several_batches(store: Store, tmp_path: Path) -> None:
    spool = Spool(tmp_path, 50_000_000)
    await spool.append([Acceptance(an_event(), b"{}") for _ in range(BATCH * 2 + 1)])
    assert await drain(spool, store.events) == BATCH * 2 + 1
    assert await store.events.count() == BATCH * 2 + 1


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
