from __future__ import annotations

import asyncio

import pytest
from redis.exceptions import RedisError

from store.client import Store, open_store
from store.commit import GROUP, GroupCommit
from store.events import Acceptance
from store.scripting import script
from tests.store.builders import an_event


async def test_each_request_gets_the_answer_to_its_own_write(store: Store) -> None:
    commit = GroupCommit(store.redis)
    events = [an_event(dedup_key=str(n // 2)) for n in range(600)]
    accepted = await asyncio.gather(*(commit.accept(Acceptance(event, b"{}")) for event in events))
    assert await store.events.count() == 300
    for n in range(0, 600, 2):
        pair = accepted[n : n + 2]
        assert {one.event_id for one in pair} <= {events[n].id, events[n + 1].id}
        assert sorted(one.duplicate for one in pair) == [False, True]
    assert commit.waiting == 0


async def test_many_requests_share_few_round_trips(store: Store) -> None:
    await store.redis.config_resetstat()
    commit = GroupCommit(store.redis)
    await asyncio.gather(*(commit.accept(Acceptance(an_event(), b"{}")) for _ in range(300)))
    reads = (await store.redis.info("stats"))["total_reads_processed"]
    assert reads < 100


async def test_a_server_that_forgot_the_scripts_is_taught_again(store: Store) -> None:
    commit = GroupCommit(store.redis)
    await commit.accept(Acceptance(an_event(), b"{}"))
    await store.redis.script_flush()
    assert await store.redis.script_exists(script("accept").sha) == [False]
    await asyncio.gather(*(commit.accept(Acceptance(an_event(), b"{}")) for _ in range(5)))
    assert await store.events.count() == 6


async def test_a_store_that_is_away_fails_everyone_in_the_group() -> None:
    nowhere = open_store("unix:///nonexistent/valkey.sock")
    commit = GroupCommit(nowhere.redis)
    results = await asyncio.gather(
        *(commit.accept(Acceptance(an_event(), b"{}")) for _ in range(3)), return_exceptions=True
    )
    assert all(isinstance(result, RedisError | OSError) for result in results)
    await nowhere.close()


async def test_a_caller_that_gives_up_does_not_disturb_the_others(store: Store) -> None:
    commit = GroupCommit(store.redis)
    quitter = asyncio.create_task(commit.accept(Acceptance(an_event(), b"{}")))
    stayer = asyncio.create_task(commit.accept(Acceptance(an_event(), b"{}")))
    await asyncio.sleep(0)
    quitter.cancel()
    assert not (await stayer).duplicate
    with pytest.raises(asyncio.CancelledError):
        await quitter


async def until_waiting(commit: GroupCommit, count: int) -> None:
    while commit.waiting != count:  # noqa: ASYNC110
        await asyncio.sleep(0)


async def test_what_was_given_up_before_it_left_is_not_stored_behind_anyones_back(store: Store) -> None:
    commit = GroupCommit(store.redis, in_flight=1)
    flying = asyncio.create_task(commit.accept(Acceptance(an_event(), b"{}")))
    await until_waiting(commit, 1)
    await until_waiting(commit, 0)
    given_up = an_event()
    quitter = asyncio.create_task(commit.accept(Acceptance(given_up, b"{}")))
    await until_waiting(commit, 1)
    quitter.cancel()
    await flying
    await commit.accept(Acceptance(an_event(), b"{}"))
    assert await store.events.count() == 2
    assert await store.events.get(given_up.id) is None


async def test_what_somebody_waits_for_leaves_before_a_flood(store: Store) -> None:
    commit = GroupCommit(store.redis, in_flight=1)
    landed: list[str] = []

    async def accept(kind: str) -> None:
        await commit.accept(Acceptance(an_event(kind), b"{}"))
        landed.append(kind)

    flood = [asyncio.create_task(accept("status-update")) for _ in range(GROUP * 4)]
    await until_waiting(commit, GROUP * 4)
    await asyncio.gather(accept("tool-calls"), *flood)
    assert landed.index("tool-calls") <= GROUP
