from __future__ import annotations

from pathlib import Path

from store.backlog import Load
from store.client import Store, open_store
from tests.store.builders import accept, an_event
from tests.store.servers import Server


async def test_only_jobs_that_wait_for_a_worker_count(store: Store) -> None:
    for _ in range(3):
        await accept(store, an_event())
    await accept(store, an_event("tool-calls"))
    await accept(store, an_event(), due_in=60)
    assert (await store.backlog.look()).jobs == 3
    assert len((await store.queue.claim("w", {"background": 2})).jobs) == 2
    assert (await store.backlog.look()).jobs == 1


async def test_memory_is_measured_against_the_stores_own_limit(store: Store, tmp_path: Path) -> None:
    without = await store.backlog.look()
    assert without.used > 100_000
    assert (without.room, without.share) == (0, 0.0)
    small = Server(tmp_path, {"maxmemory": "20mb"}).start()
    limited = open_store(small.url)
    seen = await limited.backlog.look()
    assert seen.room == 20 * 1024 * 1024
    assert 0 < seen.share < 0.9
    await limited.close()
    small.kill()


def test_a_share() -> None:
    assert Load(0, 90, 100).share == 0.9


async def test_refusals_are_counted_over_all_processes(store: Store) -> None:
    assert (await store.backlog.refusals()).count == 0
    await store.backlog.add_refusals(3)
    await store.backlog.add_refusals(4)
    told = await store.backlog.refusals()
    assert told.count == 7
    assert abs(told.last_ms - await store.retention.now_ms()) < 1000
    assert 0 < await store.redis.ttl("hs:refused") <= 24 * 3600
