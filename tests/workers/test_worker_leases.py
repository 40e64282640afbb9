from __future__ import annotations

import asyncio
from typing import Any

import pytest
from redis.exceptions import ConnectionError as StoreGone

from store.client import Store
from store.scripting import run, script
from store.together import together
from tests.store.builders import accept, an_event
from tests.workers.loop import Jobs, calls_of, eventually, more, running, until, worker_on
from workers import worker as module


async def test_leases_are_renewed_in_time(store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RENEW_EVERY", 0.01)
    event = an_event("tool-calls")
    await accept(store, event)
    worker = worker_on(store, jobs.handle)
    async with running(worker):
        await until(lambda: jobs.began)
        await store.redis.pexpire(f"arq:in-progress:{event.id}", 2500)
        lease = jobs.contexts[event.id]["lease"]
        before = lease.renewed_at
        await until(lambda: lease.renewed_at > before)

        async def renewed() -> bool:
            return bool(await store.redis.pttl(f"arq:in-progress:{event.id}") > 2500)

        await eventually(renewed)
        jobs.gate.set()
        await until(lambda: event.id in jobs.ended)


async def test_a_lost_lease_stops_the_job_and_nobody_elses(
    store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RENEW_EVERY", 0.01)
    lost, kept = an_event(), an_event()
    for event in (lost, kept):
        await accept(store, event)
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: len(jobs.began) == 2)
        await store.redis.set(f"arq:in-progress:{lost.id}", "somebody else's", px=60_000)
        await until(lambda: jobs.cancelled)
        assert jobs.cancelled == [lost.id]
        assert await store.redis.get(f"arq:in-progress:{lost.id}") == b"somebody else's"
        jobs.gate.set()
        await until(lambda: jobs.ended)
    assert jobs.ended == [kept.id]


@pytest.mark.parametrize("last_word", ["finish", "release"])
async def test_a_lease_that_ended_with_its_job_is_not_lost(
    store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, last_word: str
) -> None:
    """The write that ends the job has arrived, its reply is still under way, and the next renewal finds no claim."""
    monkeypatch.setattr(module, "RENEW_EVERY", 0.01)
    company, written, replied = together(store.redis), asyncio.Event(), asyncio.Event()
    ask = company.ask
    sha = script(last_word).sha

    async def slow_reply(*command: Any, patient: bool = False) -> Any:
        result = await ask(*command, patient=patient)
        if sha in command:
            written.set()
            await replied.wait()
        return result

    if last_word == "release":
        jobs.error = lambda: KeyError("ours")
    jobs.gate.set()
    event = an_event()
    await run(store.redis, last_word, "background", "nothing", "no token", 0, 0, "")
    await accept(store, event)
    monkeypatch.setattr(company, "ask", slow_reply)
    renewals = calls_of(monkeypatch, store.queue, "renew")
    async with running(worker_on(store, jobs.handle), grace=60.0):
        await written.wait()
        await more(renewals, 3)
        monkeypatch.undo()
        replied.set()
    assert "lease lost" not in caplog.text
    assert "could not give" not in caplog.text


async def test_a_job_taken_up_again_here_survives_the_loss_of_its_first_lease(
    store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RENEW_EVERY", 0.02)
    renewals = calls_of(monkeypatch, store.queue, "renew")
    event = an_event()
    await accept(store, event)
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: len(jobs.began) == 1)
        await store.redis.delete(f"arq:in-progress:{event.id}")
        await store.redis.zadd("hs:queue:background", {event.id: 1})
        await store.redis.publish("hs:wake", "background")
        await until(lambda: len(jobs.began) == 2)
        await until(lambda: jobs.cancelled)
        await more(renewals, 3)
        assert jobs.cancelled == [event.id]
        jobs.gate.set()
        await until(lambda: jobs.ended)
    assert jobs.ended == [event.id]


async def test_while_the_store_is_away_a_job_is_stopped_only_when_its_lease_has_run_out(
    store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RENEW_EVERY", 0.01)
    event = an_event()
    await accept(store, event)
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: jobs.began)

        async def away(_claims: Any) -> Any:
            raise StoreGone("away")

        monkeypatch.setattr(store.queue, "renew", away)
        jobs.contexts[event.id]["lease"].renewed_at += 3600
        await more(calls_of(monkeypatch, store.queue, "renew"), 3)
        assert jobs.cancelled == []
        jobs.contexts[event.id]["lease"].renewed_at -= 7200
        await until(lambda: jobs.cancelled == [event.id])


async def test_a_helper_that_fails_begins_again(store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RENEW_EVERY", 0.01)
    worker, calls = worker_on(store, jobs.handle), 0

    async def broken() -> None:
        nonlocal calls
        calls += 1
        raise KeyError("a bug of ours")

    monkeypatch.setattr(worker, "_renew", broken)
    monkeypatch.setattr(module, "AGAIN", 0.001)
    async with running(worker):
        await until(lambda: calls >= 2)


async def test_a_last_write_whose_reply_is_lost_is_no_lost_lease(
    store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It was carried out; giving the job back finds nothing to give back, and a renewal nothing to renew."""
    monkeypatch.setattr(module, "RENEW_EVERY", 0.005)
    company = together(store.redis)
    ask, sha = company.ask, script("finish").sha
    renewals = calls_of(monkeypatch, store.queue, "renew")
    event = an_event()
    await accept(store, event)
    await run(store.redis, "finish", "background", "nothing", "no token", "", "done", "", "", "", "")

    async def loses(*command: Any, **how: Any) -> Any:
        result = await ask(*command, **how)
        if sha in command:
            await more(renewals, 3)
            raise StoreGone("the reply was lost")
        return result

    monkeypatch.setattr(company, "ask", loses)
    jobs.gate.set()
    async with running(worker_on(store, jobs.handle), grace=60.0):
        await until(lambda: "the store failed under a job" in caplog.text)
        await more(renewals, 3)
    assert "lease lost" not in caplog.text
    assert jobs.began == [event.id]
    assert await store.events.statuses([event.id]) == ["done"]
