"""More at once than a receiver has places for, or its workers can do."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from receiver.ingest import Receiver
from receiver.settings import ReceiverSettings
from store.client import Store
from tests.receiver.support import (
    FALLBACK,
    Deadline,
    FakeWorker,
    assistant_request,
    by_rule,
    post,
    running,
    status_update,
    tool_calls,
    until,
)


@pytest.fixture
async def crowded(
    settings: ReceiverSettings, store: Store, store_url: str
) -> AsyncIterator[tuple[Receiver, httpx.AsyncClient]]:
    """A receiver for which three background jobs are enough, with one place for each sort of request."""
    small = settings.model_copy(
        update={"backlog_limit": 3, "max_requests": 1, "store_timeout": 30.0, "max_body": 200_000, "max_bodies": 1}
    )
    async with running(small, store_url) as (app, client):
        await until(lambda: app.state.receiver.pressure.jobs is not None)
        yield app.state.receiver, client


async def test_above_the_limit_events_come_later_and_callers_never(
    crowded: tuple[Receiver, httpx.AsyncClient], store: Store, worker: FakeWorker, deadline: Deadline
) -> None:
    receiver, client = crowded
    deadline.comes()
    responses = [await post(client, status_update(f"call-{n}")) for n in range(8)]
    assert [r.status_code for r in responses] == [200] * 3 + [429] * 5
    assert responses[-1].headers["retry-after"] == "5"
    assert "x-hookswitch-event" not in responses[-1].headers
    assert await store.events.count() == 3
    for _ in range(4):
        response = await post(client, tool_calls(ids=("t1",), call_id="c"))
        assert (response.status_code, response.json()["results"][0]["result"]) == (200, FALLBACK)
    assert (await post(client, assistant_request("g1"))).status_code == 200
    assert (await store.queue.depth())["live"] == 2
    for job in (await store.queue.claim("w", {"background": 9})).jobs:
        await store.queue.finish(job.claim, job.claim.job_id, {})
    await receiver.pressure.look()
    assert (await post(client, status_update("call-7"))).status_code == 200
    assert (await store.backlog.refusals()).count == 5


async def test_who_proves_nothing_learns_nothing_of_the_backlog(
    crowded: tuple[Receiver, httpx.AsyncClient],
) -> None:
    receiver, client = crowded
    receiver.pressure.added(99)
    assert (await client.post("/hooks/desk", content=b"{}")).status_code == 401
    assert receiver.pressure.refused.total() == 0


async def test_a_caller_without_a_place_hears_the_fallback_at_once_and_the_answer_late(
    crowded: tuple[Receiver, httpx.AsyncClient], store: Store, worker: FakeWorker
) -> None:
    receiver, client = crowded
    first = asyncio.create_task(post(client, tool_calls(call_id="first")))
    await worker.claim()
    began = time.monotonic()
    second = await post(client, tool_calls(call_id="second"))
    assert time.monotonic() - began < 30
    assert second.json()["results"][0]["result"] == FALLBACK
    assert "x-hookswitch-stored" not in second.headers
    await worker.settle(by_rule(result="Yes."))
    assert (await first).json()["results"][0]["result"] == "Yes."
    stored = await store.events.get(second.headers["x-hookswitch-event"])
    assert stored is not None
    assert (stored.lane, stored.status) == ("background", "queued")
    assert 0 < stored.deadline_ms - stored.received_ms <= 1
    assert receiver.room.in_work == {True: 0, False: 0}


async def test_without_a_place_others_are_asked_to_come_again(
    crowded: tuple[Receiver, httpx.AsyncClient], store: Store
) -> None:
    receiver, client = crowded
    with receiver.room.place(waits=False):
        response = await post(client, status_update())
    assert (response.status_code, response.content, response.headers["retry-after"]) == (503, b"", "5")
    assert await store.events.count() == 0
    assert receiver.pressure.refused == {"busy": 1}
    assert (await post(client, status_update())).status_code == 200


async def test_many_large_bodies_are_not_held_at_once(
    crowded: tuple[Receiver, httpx.AsyncClient], store: Store
) -> None:
    receiver, client = crowded
    large = json.dumps(status_update() | {"padding": "x" * 150_000}).encode()
    with receiver.room.body() as grown:
        grown(100_000)
        assert (await post(client, large)).status_code == 503
        assert (await post(client, status_update("small"))).status_code == 200
    assert (await post(client, large)).status_code == 200
    assert receiver.room.held == 0
