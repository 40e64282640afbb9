from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from arq.worker import func
from redis.exceptions import ConnectionError as StoreGone
from redis.exceptions import ResponseError

from store import embedded
from store.client import Store, open_store
from store.runs import Claim, LeaseLostError
from store.scripting import run, script
from store.together import together
from tests.store.builders import ALL_LANES, accept, an_event
from workers import worker as module
from workers.worker import LeasedWorker, causes, event_of

SLOTS = {"live": 4, "background": 2, "bulk": 1}


class Jobs:
    """Job functions of a test: what they were given, and when they may end."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.began: list[str] = []
        self.ended: list[str] = []
        self.cancelled: list[str] = []
        self.contexts: dict[str, Any] = {}
        self.gate = asyncio.Event()
        self.error: Callable[[], BaseException | None] = lambda: None

    async def handle(self, ctx: Any, event_id: str) -> None:
        self.began.append(event_id)
        self.contexts[event_id] = ctx
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled.append(event_id)
            raise
        error = self.error()
        if error:
            raise error
        self.ended.append(event_id)
        await self.store.queue.finish(ctx["lease"].claim, event_id, {})


@pytest.fixture
def jobs(store: Store) -> Jobs:
    return Jobs(store)


def worker_on(store: Store, handle: Any, slots: dict[str, int] | None = None) -> LeasedWorker:
    return LeasedWorker(store, [func(handle, name="event")], name="w", slots=slots or SLOTS, ctx={})


@asynccontextmanager
async def running(worker: LeasedWorker, grace: float = 0.0) -> AsyncIterator[asyncio.Task[None]]:
    main = asyncio.create_task(worker.main())
    try:
        yield main
    finally:
        await worker.stop(grace)
        await main


async def until(condition: Callable[[], Any], seconds: float = 1.5) -> None:
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def tries_of(store: Store, job_id: str) -> int:
    return int(await store.redis.get(f"arq:retry:{job_id}") or 0)


# --- taking up --------------------------------------------------------------------------------------------------------


async def test_a_notification_is_faster_than_looking(store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POLL", 30.0)
    jobs.gate.set()
    async with running(worker_on(store, jobs.handle)):
        await asyncio.sleep(0.02)
        began = time.perf_counter()
        event = an_event()
        await accept(store, event)
        await until(lambda: event.id in jobs.ended)
        assert time.perf_counter() - began < 1.0


async def test_without_a_notification_the_next_look_finds_it(
    store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def deaf(_self: LeasedWorker) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(LeasedWorker, "_listen", deaf)
    jobs.gate.set()
    async with running(worker_on(store, jobs.handle)):
        await asyncio.sleep(0.01)
        event = an_event()
        await accept(store, event)
        await until(lambda: event.id in jobs.ended)


async def test_a_job_that_is_due_later_is_taken_up_then(
    store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "POLL", 30.0)
    jobs.gate.set()
    event = an_event()
    await accept(store, event, due_in=0.05)
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: event.id in jobs.ended)


async def test_each_lane_fills_its_own_slots(store: Store, jobs: Jobs) -> None:
    for _ in range(6):
        await accept(store, an_event())
        await accept(store, an_event(), lane="bulk")
        await accept(store, an_event("tool-calls"))
    async with running(worker_on(store, jobs.handle)) as _:
        await until(lambda: len(jobs.began) == sum(SLOTS.values()))
        await asyncio.sleep(0.06)
        assert len(jobs.began) == sum(SLOTS.values())
        jobs.gate.set()
        await until(lambda: len(jobs.ended) == 18)


async def test_a_caller_is_served_although_everything_else_is_busy(store: Store, jobs: Jobs) -> None:
    for _ in range(8):
        await accept(store, an_event())
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: len(jobs.began) == SLOTS["background"])
        live = an_event("tool-calls")
        await accept(store, live)
        await until(lambda: jobs.began[-1] == live.id)


async def test_live_jobs_come_first_in_a_batch(store: Store, jobs: Jobs) -> None:
    background, live = an_event(), an_event("tool-calls")
    await accept(store, background)
    await accept(store, live)
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: len(jobs.began) == 2)
    assert jobs.began == [live.id, background.id]


async def test_a_freed_slot_is_filled_at_once(store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POLL", 30.0)
    jobs.gate.set()
    events = [an_event() for _ in range(20)]
    for event in events:
        await accept(store, event)
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: len(jobs.ended) == 20)


# --- what goes wrong --------------------------------------------------------------------------------------------------


async def test_a_bug_is_given_back_with_a_pause_and_then_buried(
    store: Store, jobs: Jobs, caplog: pytest.LogCaptureFixture
) -> None:
    jobs.gate.set()
    jobs.error = lambda: ExceptionGroup("rules", [KeyError("ours")])
    event = an_event()
    await accept(store, event)
    async with running(worker_on(store, jobs.handle)):
        for tries in range(1, module.MAX_TRIES):
            await until(lambda tries=tries: len(jobs.began) == tries)  # type: ignore[misc]
            await asyncio.sleep(0.01)
            batch = await store.queue.claim("other", {"background": 1})
            assert batch.jobs == []
            assert batch.next_due == pytest.approx(2.0**tries, abs=1)
            await store.redis.zadd("hs:queue:background", {event.id: 1})
            await store.redis.publish("hs:wake", "background")
        await until(lambda: len(jobs.began) == module.MAX_TRIES)
        await asyncio.sleep(0.01)
    letter = await store.dead.get(event.id)
    assert letter is not None
    assert (letter.reason, letter.attempts) == ("handling failed: KeyError", module.MAX_TRIES)
    assert await store.events.statuses([event.id]) == ["dead"]
    assert "KeyError: 'ours'" in caplog.text
    jobs.error = lambda: None
    assert await store.dead.retry(letter)
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: event.id in jobs.ended)
    assert await store.events.statuses([event.id]) == ["done"]


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("error", [StoreGone("away"), LeaseLostError("x")])
async def test_what_is_no_bug_uses_no_try(store: Store, jobs: Jobs, error: BaseException, wrapped: bool) -> None:
    jobs.gate.set()
    jobs.error = lambda: BaseExceptionGroup("rules", [error]) if wrapped else error
    event = an_event()
    await accept(store, event)
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: jobs.began)
        await asyncio.sleep(0.01)
        jobs.error = lambda: None
    lost = isinstance(error, LeaseLostError)
    assert await tries_of(store, event.id) == int(lost)
    assert await store.dead.count() == 0


async def test_a_store_that_refuses_a_command_is_a_bug_of_ours(store: Store, jobs: Jobs) -> None:
    jobs.gate.set()
    jobs.error = lambda: ResponseError("WRONGTYPE")
    event = an_event()
    await accept(store, event)
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: jobs.began)
        await asyncio.sleep(0.01)
    assert await tries_of(store, event.id) == 1


async def test_a_bug_and_a_store_that_fails_together_are_a_bug(store: Store, jobs: Jobs) -> None:
    jobs.gate.set()
    jobs.error = lambda: ExceptionGroup("rules", [StoreGone("away"), KeyError("ours")])
    event = an_event()
    await accept(store, event)
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: jobs.began)
        await asyncio.sleep(0.01)
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


async def buried(store: Store, job_id: str) -> None:
    async with asyncio.timeout(1.5):
        in_progress = f"arq:in-progress:{job_id}"
        while not await store.dead.get(job_id) or await store.redis.exists(in_progress):  # noqa: ASYNC110
            await asyncio.sleep(0.001)


# --- leases -----------------------------------------------------------------------------------------------------------


async def test_leases_are_renewed_in_time(store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "RENEW_EVERY", 0.01)
    event = an_event("tool-calls")
    await accept(store, event)
    worker = worker_on(store, jobs.handle)
    async with running(worker):
        await until(lambda: jobs.began)
        await store.redis.pexpire(f"arq:in-progress:{event.id}", 1000)
        lease = jobs.contexts[event.id]["lease"]
        before = lease.renewed_at
        await until(lambda: lease.renewed_at > before)
        await asyncio.sleep(0.02)
        assert await store.redis.pttl(f"arq:in-progress:{event.id}") > 3000
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

    async def slow_reply(*command: Any) -> Any:
        result = await ask(*command)
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
    async with running(worker_on(store, jobs.handle), grace=1.0):
        await written.wait()
        await asyncio.sleep(0.05)
        monkeypatch.undo()
        replied.set()
    assert "lease lost" not in caplog.text
    assert "could not give" not in caplog.text


async def test_a_job_taken_up_again_here_survives_the_loss_of_its_first_lease(
    store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "RENEW_EVERY", 0.02)
    event = an_event()
    await accept(store, event)
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: len(jobs.began) == 1)
        await store.redis.delete(f"arq:in-progress:{event.id}")
        await store.redis.zadd("hs:queue:background", {event.id: 1})
        await store.redis.publish("hs:wake", "background")
        await until(lambda: len(jobs.began) == 2)
        await until(lambda: jobs.cancelled)
        await asyncio.sleep(0.05)
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
        await asyncio.sleep(0.05)
        assert jobs.cancelled == []
        jobs.contexts[event.id]["lease"].renewed_at -= 60
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


# --- stopping, and a store that goes away -----------------------------------------------------------------------------


async def test_stopping_lets_jobs_finish(store: Store, jobs: Jobs) -> None:
    event = an_event()
    await accept(store, event)
    worker = worker_on(store, jobs.handle)
    async with running(worker, grace=1.0):
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
    stopping = asyncio.create_task(worker.stop(1.0))
    await asyncio.sleep(0.02)
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


async def test_a_store_that_goes_and_comes_back_is_waited_for(tmp_path: Path) -> None:
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
            await asyncio.sleep(0.01)
            server = embedded.start(tmp_path, "always")
            await accept(store, after)
            await until(lambda: after.id in jobs.ended)
    finally:
        await store.close()
        server.stop()


async def test_a_job_survives_a_restart_of_the_store(tmp_path: Path) -> None:
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
            await asyncio.sleep(0.01)
            server = embedded.start(tmp_path, "always")
            jobs.gate.set()
            await until(lambda: jobs.ended)
            await asyncio.sleep(0.01)
            assert await store.events.statuses([event.id]) == ["done"]
        assert jobs.began == [event.id]
    finally:
        await store.close()
        server.stop()


# --- small things -----------------------------------------------------------------------------------------------------


def test_causes_are_found_in_groups_of_groups() -> None:
    inner: list[Exception] = [KeyError("a"), LeaseLostError("b")]
    group = ExceptionGroup("x", [ValueError("c"), ExceptionGroup("y", inner)])
    assert [type(error) for error in causes(group)] == [ValueError, KeyError, LeaseLostError]


@pytest.mark.parametrize("job_id", ["evt_1", "run:evt_1/rule", "run:evt_1/rule/t:1/x", "late:evt_1", "run:evt_1"])
def test_the_event_of_a_job(job_id: str) -> None:
    assert event_of(job_id) == "evt_1"


async def test_jobs_know_their_lease_and_their_try(store: Store, jobs: Jobs) -> None:
    event = an_event()
    await accept(store, event)
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: jobs.began)
        context = jobs.contexts[event.id]
    assert (context["job_id"], context["job_try"]) == (event.id, 1)
    assert isinstance(context["lease"].claim, Claim)
