from __future__ import annotations

import asyncio
from typing import Any

import pytest
from redis.exceptions import ConnectionError as StoreGone
from redis.exceptions import ResponseError

from store.client import Store
from store.runs import LeaseLostError
from tests.store.builders import ALL_LANES, accept, an_event
from tests.workers.loop import Jobs, buried, far_off, let_go, running, tries_of, until, worker_on
from workers import worker as module


async def test_a_bug_is_given_back_with_a_pause_and_then_buried(
    store: Store, jobs: Jobs, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses = far_off(monkeypatch, store)
    jobs.gate.set()
    jobs.error = lambda: ExceptionGroup("rules", [KeyError("ours")])
    event = an_event()
    await accept(store, event)
    async with running(worker_on(store, jobs.handle)):
        for tries in range(1, module.MAX_TRIES):
            await until(lambda tries=tries: len(jobs.began) == tries)  # type: ignore[misc]
            await let_go(store, event.id)
            batch = await store.queue.claim("other", {"background": 1})
            assert batch.jobs == []
            assert batch.next_due == pytest.approx(1000 * 2.0**tries, abs=60)
            await store.redis.zadd("hs:queue:background", {event.id: 1})
            await store.redis.publish("hs:wake", "background")
        await until(lambda: len(jobs.began) == module.MAX_TRIES)
        await buried(store, event.id)
    letter = await store.dead.get(event.id)
    assert letter is not None
    assert (letter.reason, letter.attempts) == ("handling failed: KeyError", module.MAX_TRIES)
    assert pauses == [2.0, 4.0, 8.0, 16.0]
    assert await store.events.statuses([event.id]) == ["dead"]
    assert "KeyError: 'ours'" in caplog.text
    jobs.error = lambda: None
    assert await store.dead.retry(letter)
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: event.id in jobs.ended)
    assert await store.events.statuses([event.id]) == ["done"]


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize(
    "error", [StoreGone("away"), ResponseError("NOREPLICAS Not enough good replicas to write."), LeaseLostError("x")]
)
async def test_what_is_no_bug_uses_no_try(store: Store, jobs: Jobs, error: BaseException, wrapped: bool) -> None:
    jobs.gate.set()
    jobs.error = lambda: BaseExceptionGroup("rules", [error]) if wrapped else error
    event = an_event()
    await accept(store, event)
    worker = worker_on(store, jobs.handle)
    async with running(worker):
        await until(lambda: jobs.began and not worker.tasks)
        jobs.error = lambda: None
    lost = isinstance(error, LeaseLostError)
    assert await tries_of(store, event.id) == int(lost)
    assert await store.dead.count() == 0


async def test_a_store_that_refuses_a_command_is_a_bug_of_ours(store: Store, jobs: Jobs) -> None:
    jobs.gate.set()
    jobs.error = lambda: ResponseError("WRONGTYPE")
    event = an_event()
    await accept(store, event)
    worker = worker_on(store, jobs.handle)
    async with running(worker):
        await until(lambda: jobs.began and not worker.tasks)
    assert await tries_of(store, event.id) == 1


async def test_a_bug_and_a_store_that_fails_together_are_a_bug(store: Store, jobs: Jobs) -> None:
    jobs.gate.set()
    jobs.error = lambda: ExceptionGroup("rules", [StoreGone("away"), KeyError("ours")])
    event = an_event()
    await accept(store, event)
    worker = worker_on(store, jobs.handle)
    async with running(worker):
        await until(lambda: jobs.began and not worker.tasks)
    assert await tries_of(store, event.id) == 1


async def test_an_unknown_function_is_buried_and_can_be_brought_back(store: Store, jobs: Jobs) -> None:
    await store.redis.enqueue_job("theirs", "x", _job_id="job-1", _queue_name="hs:queue:background")
    async with running(worker_on(store, jobs.handle)):
        await buried(store, "job-1")
    letter = await store.dead.get("job-1")
    assert letter is not None
    assert letter.reason == "no function is called 'theirs'"
    assert await store.dead.retry(letter)
    batch = await store.queue.claim("w", ALL_LANES)
    assert b"theirs" in batch.jobs[0].payload


@pytest.mark.parametrize("payload", [b"\x80\x04nonsense", b"[]", b'{"f":"event"}', b"\xff"])
async def test_a_payload_that_cannot_be_read_is_buried(store: Store, jobs: Jobs, payload: bytes) -> None:
    event = an_event()
    await accept(store, event)
    await store.redis.set(f"arq:job:{event.id}", payload)
    async with running(worker_on(store, jobs.handle)):
        await buried(store, event.id)
    letter = await store.dead.get(event.id)
    assert letter is not None
    assert letter.reason == "the job's payload cannot be read"
    jobs.gate.set()
    assert await store.dead.retry(letter)
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: event.id in jobs.ended)


async def test_a_payload_that_is_gone_follows_from_the_id(store: Store, jobs: Jobs) -> None:
    event = an_event()
    await accept(store, event)
    await store.redis.delete(f"arq:job:{event.id}")
    jobs.gate.set()
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: event.id in jobs.ended)


async def test_a_job_that_kills_every_worker_is_buried(store: Store, jobs: Jobs) -> None:
    event = an_event()
    await accept(store, event)
    await store.redis.set(f"arq:retry:{event.id}", module.MAX_CLAIMS)
    async with running(worker_on(store, jobs.handle)):
        await buried(store, event.id)
    assert jobs.began == []


@pytest.mark.parametrize("job_id", ["run:nonsense", "late:", "run:"])
async def test_a_strange_job_id_is_buried_too(store: Store, jobs: Jobs, job_id: str) -> None:
    await store.redis.enqueue_job("theirs", _job_id=job_id, _queue_name="hs:queue:background")
    async with running(worker_on(store, jobs.handle)):
        await buried(store, job_id)


async def test_a_job_is_given_back_however_often_its_worker_is_told_to_end(
    store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    release, asked, go_on = store.queue.release, asyncio.Event(), asyncio.Event()

    async def slow(*arguments: Any, **more: Any) -> None:
        asked.set()
        await go_on.wait()
        await release(*arguments, **more)

    monkeypatch.setattr(store.queue, "release", slow)
    event = an_event()
    await accept(store, event)
    async with running(worker_on(store, jobs.handle)) as main:
        await until(lambda: jobs.began)
        (task,) = [each for each in asyncio.all_tasks() if each.get_name() == event.id]
        for _ in range(3):
            task.cancel()
            await asked.wait()
            await asyncio.sleep(0)
        assert not task.done()
        go_on.set()
        await asyncio.wait({task})
        assert not main.done()
    assert await tries_of(store, event.id) == 0
