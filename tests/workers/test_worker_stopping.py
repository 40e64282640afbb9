from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from store import embedded
from store.client import Store, open_store
from tests.store.builders import ALL_LANES, accept, an_event
from tests.workers.loop import Jobs, calls_of, more, running, until, worker_on
from workers import worker as module


async def test_stopping_lets_jobs_finish(store: Store, jobs: Jobs) -> None:
    event = an_event()
    await accept(store, event)
    worker = worker_on(store, jobs.handle)
    async with running(worker, grace=60.0):
        await until(lambda: jobs.began)
        asyncio.get_running_loop().call_later(0.02, jobs.gate.set)
    assert jobs.ended == [event.id]


async def test_while_jobs_finish_their_leases_are_renewed(
    store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RENEW_EVERY", 0.01)
    event = an_event("tool-calls")
    await accept(store, event)
    worker = worker_on(store, jobs.handle)
    main = asyncio.create_task(worker.main())
    await until(lambda: jobs.began)
    stopping = asyncio.create_task(worker.stop(60.0))
    await more(calls_of(monkeypatch, store.queue, "renew"))
    lease = jobs.contexts[event.id]["lease"]
    before = lease.renewed_at
    await until(lambda: lease.renewed_at > before)
    jobs.gate.set()
    await asyncio.gather(stopping, main)
    assert jobs.ended == [event.id]


async def test_stopping_gives_the_rest_back_without_using_a_try(store: Store, jobs: Jobs) -> None:
    event = an_event()
    await accept(store, event)
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: jobs.began)
    assert jobs.cancelled == [event.id]
    batch = await store.queue.claim("other", ALL_LANES)
    assert [(job.claim.job_id, job.claim.tries) for job in batch.jobs] == [(event.id, 1)]


async def test_what_was_claimed_while_stopping_is_given_back(
    store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = an_event()
    await accept(store, event)
    worker = worker_on(store, jobs.handle)
    claim, claimed, go_on = store.queue.claim, asyncio.Event(), asyncio.Event()

    async def slow(*arguments: Any) -> Any:
        batch = await claim(*arguments)
        claimed.set()
        await go_on.wait()
        return batch

    monkeypatch.setattr(store.queue, "claim", slow)
    main = asyncio.create_task(worker.main())
    await claimed.wait()
    await worker.stop(0.0)
    go_on.set()
    await main
    assert jobs.began == []
    assert [job.claim.tries for job in (await claim("other", ALL_LANES)).jobs] == [1]


async def test_a_store_that_goes_and_comes_back_is_waited_for(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    server = embedded.start(tmp_path, "always")
    store = open_store(server.url)
    jobs = Jobs(store)
    jobs.gate.set()
    try:
        async with running(worker_on(store, jobs.handle)):
            before, after = an_event(), an_event()
            await accept(store, before)
            await until(lambda: before.id in jobs.ended)
            server.stop()
            await until(lambda: "the store is away" in caplog.text)
            server = embedded.start(tmp_path, "always")
            await accept(store, after)
            await until(lambda: after.id in jobs.ended)
    finally:
        await store.close()
        server.stop()


async def test_a_job_survives_a_restart_of_the_store(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """It goes on under its lease: nobody else takes it, and its end is written down."""
    server = embedded.start(tmp_path, "always")
    store = open_store(server.url)
    jobs = Jobs(store)
    event = an_event()
    try:
        await accept(store, event)
        async with running(worker_on(store, jobs.handle)):
            await until(lambda: jobs.began)
            server.stop()
            await until(lambda: "the store is away" in caplog.text)
            server = embedded.start(tmp_path, "always")
            jobs.gate.set()
            await until(lambda: jobs.ended)
            async with asyncio.timeout(30):
                while await store.events.statuses([event.id]) != ["done"]:  # noqa: ASYNC110
                    await asyncio.sleep(0.001)
        assert jobs.began == [event.id]
    finally:
        await store.close()
        server.stop()
