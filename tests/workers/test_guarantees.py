"""What the queue promises, each beside what arq does by itself with the same input."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from arq.connections import ArqRedis
from arq.jobs import Job
from arq.worker import func
from redis.exceptions import ConnectionError as StoreGone

from store import embedded
from store.client import Store
from store.queue import LEASE_MS
from tests.store.builders import ALL_LANES, accept, an_event
from tests.workers.loop import Jobs, buried, far_off, running, tries_of, until, worker_on
from tests.workers.stock import burst, stock_arq, stock_worker
from tests.workers.support import Poke, Shop, add_action
from workers import worker as module
from workers.sideruns import side_by_side

DAY = 86_400.0
LONG_TIMEOUT = 3_600
"""Seconds a job may take: the lease must not depend on it."""


class Odd(BaseException):
    """What no library should raise."""


ODD = [SystemExit(3), KeyboardInterrupt(), Odd("?"), asyncio.CancelledError()]


@pytest.fixture
async def stock(store_url: str, store: Store) -> AsyncIterator[ArqRedis]:
    async with stock_arq(store_url) as redis:
        yield redis


async def nothing(ctx: Any, *arguments: Any) -> None:
    """A job that does nothing."""


# --- a worker dies ----------------------------------------------------------------------------------------------------


async def test_what_a_killed_worker_held_is_free_within_the_lease_whatever_its_timeout(store: Store) -> None:
    live, background = an_event("tool-calls"), an_event()
    await accept(store, live)
    await accept(store, background)
    assert len((await store.queue.claim("killed", ALL_LANES)).jobs) == 2
    held = {event.id: int(await store.redis.pttl(f"arq:in-progress:{event.id}")) for event in (live, background)}
    assert 0 < held[live.id] <= LEASE_MS["live"] <= 5_000 - module.POLL * 1000
    assert 0 < held[background.id] <= LEASE_MS["background"] <= 15_000 - module.POLL * 1000
    due = {event.id: await store.redis.zscore(f"hs:queue:{lane}", event.id)
           for event, lane in ((live, "live"), (background, "background"))}  # fmt: skip
    seconds, micros = await store.redis.time()
    assert all(score is not None and score <= seconds * 1000 + micros // 1000 + 12_000 for score in due.values())


async def test_stock_arq_keeps_it_for_the_longest_timeout_of_any_function(stock: ArqRedis) -> None:
    began = asyncio.Event()

    async def job(ctx: Any) -> None:
        began.set()
        await asyncio.Event().wait()

    queued = await stock.enqueue_job("job")
    assert queued
    slow = func(nothing, name="slow", timeout=LONG_TIMEOUT)
    worker = stock_worker(stock, [func(job, name="job", timeout=1), slow])
    main = asyncio.create_task(worker.main())
    await began.wait()
    assert await stock.pttl(f"arq:in-progress:{queued.job_id}") > LONG_TIMEOUT * 1000
    main.cancel()
    await asyncio.gather(main, *worker.tasks.values(), return_exceptions=True)


# --- the store goes away ----------------------------------------------------------------------------------------------


async def test_a_long_outage_is_waited_out_without_a_hand(
    store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A minute of it, at some three looks a second; the waits between them are not waited for here."""
    claim, looks, real_sleep = store.queue.claim, 0, asyncio.sleep

    async def away(name: str, room: Any) -> Any:
        nonlocal looks
        looks += 1
        if looks <= 200:
            raise StoreGone("away")
        return await claim(name, room)

    monkeypatch.setattr(store.queue, "claim", away)
    monkeypatch.setattr(asyncio, "sleep", lambda _: real_sleep(0))
    jobs.gate.set()
    event = an_event()
    await accept(store, event)
    async with running(worker_on(store, jobs.handle)) as main:
        await until(lambda: event.id in jobs.ended)
        assert not main.done()


async def test_stock_arq_ends_with_the_store(tmp_path: Path) -> None:
    server = embedded.start(tmp_path, "always")
    async with stock_arq(server.url) as redis:
        worker = stock_worker(redis, [func(nothing, name="job")])
        main = asyncio.create_task(worker.main())
        await asyncio.sleep(0)
        server.stop()
        with pytest.raises((StoreGone, OSError)):
            await asyncio.wait_for(main, 60)


# --- a job is old -----------------------------------------------------------------------------------------------------


async def test_a_backlog_of_a_month_is_worked_through(store: Store, jobs: Jobs) -> None:
    jobs.gate.set()
    events = [an_event() for _ in range(20)]
    for event in events:
        await accept(store, event)
        assert await store.redis.ttl(f"arq:job:{event.id}") == -1
        then = (time.time() - 30 * DAY) * 1000
        await store.redis.zadd("hs:queue:background", {event.id: then})
        await store.redis.zadd("hs:open", {event.id: then})
        await store.redis.execute_command("HSET", f"hs:event:{event.id}", "received", int(then))  # type: ignore[no-untyped-call]
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: len(jobs.ended) == len(events), 5)
    assert sorted(jobs.ended) == sorted(event.id for event in events)
    assert await store.dead.count() == 0


async def test_stock_arq_forgets_a_job_after_a_day(stock: ArqRedis) -> None:
    queued = await stock.enqueue_job("job")
    assert queued
    assert 0 < await stock.ttl(f"arq:job:{queued.job_id}") <= DAY
    await stock.delete(f"arq:job:{queued.job_id}")
    worker = await burst(stock, [func(nothing, name="job")])
    assert (worker.jobs_complete, worker.jobs_failed) == (0, 1)
    assert await stock.zcard("arq:queue") == 0


# --- a job nobody can do ----------------------------------------------------------------------------------------------


async def test_what_nobody_can_do_is_kept_with_its_payload(store: Store, jobs: Jobs) -> None:
    await store.redis.enqueue_job("theirs", 7, _job_id="unknown", _queue_name="hs:queue:background")
    broken = an_event()
    await accept(store, broken)
    await store.redis.set(f"arq:job:{broken.id}", b"\x80\x04nonsense")
    async with running(worker_on(store, jobs.handle)):
        await buried(store, "unknown")
        await buried(store, broken.id)
    letters = {letter.work_id: letter async for letter in store.dead.newest(10)}
    assert letters["unknown"].reason == "no function is called 'theirs'"
    assert '"theirs"' in letters["unknown"].payload
    assert letters[broken.id].reason == "the job's payload cannot be read"
    assert await store.events.get(broken.id)
    assert await store.events.statuses([broken.id]) == ["dead"]


async def test_stock_arq_throws_both_away(stock: ArqRedis) -> None:
    await stock.enqueue_job("theirs", 7, _job_id="unknown")
    await stock.enqueue_job("job", _job_id="broken")
    await stock.set("arq:job:broken", b"\x80\x04nonsense")
    worker = await burst(stock, [func(nothing, name="job")])
    assert worker.jobs_failed == 2
    assert await stock.exists("arq:job:unknown", "arq:job:broken") == 0
    assert await stock.zcard("arq:queue") == 0


async def test_an_arq_client_with_our_serialiser_can_enqueue(store: Store, jobs: Jobs) -> None:
    jobs.gate.set()
    queued = await store.redis.enqueue_job("event", "e-1", _job_id="e-1", _queue_name="hs:queue:bulk")
    assert isinstance(queued, Job)
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: jobs.ended == ["e-1"])


# --- a worker is told to stop -----------------------------------------------------------------------------------------


async def test_stopping_uses_no_try_however_often(store: Store, jobs: Jobs) -> None:
    event = an_event()
    await accept(store, event)
    for stopped in range(1, 2 * module.MAX_TRIES):
        async with running(worker_on(store, jobs.handle)):
            await until(lambda stopped=stopped: len(jobs.began) == stopped)  # type: ignore[misc]
    assert await tries_of(store, event.id) == 0
    jobs.gate.set()
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: event.id in jobs.ended)
    assert await store.dead.count() == 0


async def test_stock_arq_counts_a_stop_as_a_try(stock: ArqRedis) -> None:
    began = asyncio.Event()

    async def job(ctx: Any) -> None:
        began.set()
        await asyncio.Event().wait()

    queued = await stock.enqueue_job("job")
    assert queued
    worker = stock_worker(stock, [func(job, name="job")])
    main = asyncio.create_task(worker.main())
    await began.wait()
    for task in worker.tasks.values():
        task.cancel()
    await asyncio.gather(*worker.tasks.values(), return_exceptions=True)
    assert int(await stock.get(f"arq:retry:{queued.job_id}")) == 1
    main.cancel()
    await asyncio.gather(main, *worker.tasks.values(), return_exceptions=True)


# --- a job raises what nobody expects ---------------------------------------------------------------------------------


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("error", ODD, ids=lambda error: type(error).__name__)
async def test_whatever_a_job_raises_the_worker_goes_on_and_the_job_is_not_lost(
    store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch, error: BaseException, wrapped: bool
) -> None:
    """A cancellation that nobody asked for is a bug like any other, and must not go round for ever."""
    far_off(monkeypatch, store)
    jobs.gate.set()
    jobs.error = lambda: BaseExceptionGroup("rules", [error]) if wrapped else error
    event = an_event()
    await accept(store, event)
    worker = worker_on(store, jobs.handle)
    async with running(worker) as main:
        await until(lambda: jobs.began and not worker.tasks)
        jobs.error = lambda: None
        other = an_event()
        await accept(store, other)
        await until(lambda: other.id in jobs.ended)
        assert not main.done()
    assert jobs.began.count(event.id) == 1
    assert await tries_of(store, event.id) == 1
    assert await store.redis.zscore("hs:queue:background", event.id)


@pytest.mark.parametrize("error", [SystemExit(3), KeyboardInterrupt(), asyncio.CancelledError(), RecursionError()])
async def test_whatever_an_action_raises_is_a_failed_step(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    async def raises(*_: Any) -> Any:
        raise error

    add_action(monkeypatch, "poke", Poke(raises))
    shop.rule("rule", "on: status-update\nsteps:\n  - action: poke\n    retry: { tries: 1 }\n")
    event = await shop.post(an_event())
    await shop.work()
    assert await shop.status(event) == "dead"
    assert [letter.reason for letter in await shop.letters()] == [
        f"the action failed: {type(error).__name__} (after 1 try)"
    ]


@pytest.mark.parametrize("error", ODD, ids=lambda error: type(error).__name__)
async def test_rules_side_by_side_survive_what_one_of_them_raises(error: BaseException) -> None:
    ended = []

    async def raises() -> None:
        raise error

    async def ends() -> None:
        await asyncio.sleep(0)
        ended.append(1)

    with pytest.raises(BaseExceptionGroup) as raised:
        await side_by_side([raises(), ends()])
    assert ended == [1]
    assert [type(each) for each in raised.value.exceptions] == [type(error)]


def test_stock_arq_ends_with_a_job_that_exits(store_url: str) -> None:
    script = textwrap.dedent("""
        import asyncio, sys
        from arq.worker import func
        from tests.workers.stock import burst, stock_arq

        async def exits(ctx):
            raise SystemExit(3)

        async def main():
            async with stock_arq(sys.argv[1]) as redis:
                await redis.enqueue_job("exits")
                await burst(redis, [func(exits, name="exits")])
                print("went on")

        asyncio.run(main())
    """)
    done = subprocess.run(
        [sys.executable, "-c", script, store_url], env=os.environ, capture_output=True, text=True, timeout=30
    )
    assert "went on" not in done.stdout
    assert done.returncode != 0
