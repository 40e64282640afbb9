from __future__ import annotations

import asyncio
from typing import Any

import pytest

from store.client import Store
from store.runs import Claim, LeaseLostError
from store.scripting import script
from store.together import together
from tests.store.builders import accept, an_event
from tests.workers.loop import SLOTS, Jobs, calls_of, more, running, until, worker_on
from workers import worker as module
from workers.worker import LeasedWorker, causes


async def test_a_notification_is_faster_than_looking(store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """It looks once as it starts and once when it listens, and then not for an hour."""
    monkeypatch.setattr(module, "POLL", 3600.0)
    jobs.gate.set()
    worker = worker_on(store, jobs.handle)
    looks = calls_of(monkeypatch, worker, "_look")
    async with running(worker):
        await until(lambda: len(looks) == 2)
        event = an_event()
        await accept(store, event)
        await until(lambda: event.id in jobs.ended)


async def test_without_a_notification_the_next_look_finds_it(
    store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def deaf(_self: LeasedWorker) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(LeasedWorker, "_listen", deaf)
    jobs.gate.set()
    worker = worker_on(store, jobs.handle)
    looks = calls_of(monkeypatch, worker, "_look")
    async with running(worker):
        await until(lambda: looks)
        event = an_event()
        await accept(store, event)
        await until(lambda: event.id in jobs.ended)


async def test_a_job_that_is_due_later_is_taken_up_then(
    store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "POLL", 3600.0)
    jobs.gate.set()
    event = an_event()
    await accept(store, event, due_in=0.05)
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: event.id in jobs.ended)


async def test_each_lane_fills_its_own_slots(store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(6):
        await accept(store, an_event())
        await accept(store, an_event(), lane="bulk")
        await accept(store, an_event("tool-calls"))
    worker = worker_on(store, jobs.handle)
    looks = calls_of(monkeypatch, worker, "_look")
    async with running(worker):
        await until(lambda: len(jobs.began) == sum(SLOTS.values()))
        await more(looks)
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
    monkeypatch.setattr(module, "POLL", 3600.0)
    jobs.gate.set()
    events = [an_event() for _ in range(20)]
    for event in events:
        await accept(store, event)
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: len(jobs.ended) == 20)


def test_causes_are_found_in_groups_of_groups() -> None:
    inner: list[Exception] = [KeyError("a"), LeaseLostError("b")]
    group = ExceptionGroup("x", [ValueError("c"), ExceptionGroup("y", inner)])
    assert [type(error) for error in causes(group)] == [ValueError, KeyError, LeaseLostError]


async def test_jobs_know_their_lease_and_their_try(store: Store, jobs: Jobs) -> None:
    event = an_event()
    await accept(store, event)
    async with running(worker_on(store, jobs.handle)):
        await until(lambda: jobs.began)
        context = jobs.contexts[event.id]
    assert (context["job_id"], context["job_try"]) == (event.id, 1)
    assert isinstance(context["lease"].claim, Claim)


async def test_the_next_job_is_claimed_while_the_last_write_of_another_is_on_its_way(
    store: Store, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "POLL", 3600.0)
    company, replied = together(store.redis), asyncio.Event()
    ask, sha = company.ask, script("finish").sha

    async def slow_reply(*command: Any, **how: Any) -> Any:
        if sha in command:
            await replied.wait()
        return await ask(*command, **how)

    monkeypatch.setattr(company, "ask", slow_reply)
    for _ in range(3):
        await accept(store, an_event())
    jobs.gate.set()
    async with running(worker_on(store, jobs.handle, {"background": 1}), grace=60.0):
        await until(lambda: len(jobs.ended) == 3)
        replied.set()
