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
    small = Server(tmp_path, {"maxmemory": "20mb"}).start()
    limited = open_store(small.url)
    seen = await limited.backlog.look()
    assert (seen.room, seen.has_limit) == (20 * 1024 * 1024, True)
    assert seen.used > 100_000
    assert 0 < seen.share < 0.9
    await limited.close()
    small.kill()


async def test_without_a_limit_it_is_measured_against_half_of_the_machine(tmp_path: Path) -> None:
    server = Server(tmp_path).start()
    store = open_store(server.url)
    seen, said = await store.backlog.look(), await store.redis.info("memory")
    assert (seen.room, seen.has_limit) == (round(said["total_system_memory"] / 2), False)
    assert 0 < seen.share < 0.5
    await store.close()
    server.kill()


async def test_events_are_counted(store: Store) -> None:
    for _ in range(3):
        await accept(store, an_event())
    assert (await store.backlog.look()).events == 3


def test_a_share() -> None:
    assert Load(0, 90, 100).share == 0.9
    assert Load(0, 90).share == 0.0


def test_what_is_to_come_is_as_large_as_what_is_there() -> None:
    load = Load(0, used=4_000_000, room=10_000_000, events=2_000)
    assert load.share_with(1_000) == 0.6
    assert Load(0, used=4_000_000, room=10_000_000, events=3).share_with(1_000) == 0.4
    assert Load(0, used=4_000_000, events=2_000).share_with(1_000) == 0.0


async def test_refusals_are_counted_over_all_processes(store: Store) -> None:
    assert (await store.backlog.refusals()).count == 0
    await store.backlog.add_refusals(3)
    await store.backlog.add_refusals(4)
    told = await store.backlog.refusals()
    assert told.count == 7
    assert abs(told.last_ms - await store.retention.now_ms()) < 1000
    assert 0 < await store.redis.ttl("hs:refused") <= 24 * 3600
