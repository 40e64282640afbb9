"""The store goes away in every way it can; whoever waits is answered, whoever does not is asked to come again."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import httpx
import pytest

from receiver.settings import ReceiverSettings
from store.client import Store
from tests.receiver.support import (
    FALLBACK,
    SECRET,
    FakeWorker,
    by_rule,
    post,
    proxied,
    running,
    settings_in,
    silent_server,
    status_update,
    tool_calls,
    until,
)

DEADLINE = 0.15
MARGIN = 3.5
"""Seconds beyond the deadline: for a busy machine, and below everything that could hold a caller up."""


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReceiverSettings:
    monkeypatch.setenv("DESK_SECRET", SECRET)
    return settings_in(tmp_path)


@asynccontextmanager
async def no_server() -> AsyncIterator[str]:
    yield "unix:///nonexistent/valkey.sock"


def said(response: httpx.Response) -> str:
    assert response.status_code == 200
    return str(response.json()["results"][0]["result"])


@pytest.fixture
def no_spool(settings: ReceiverSettings) -> ReceiverSettings:
    """As if the disk were full, too."""
    return settings.model_copy(update={"spool_limit": 0})


@pytest.mark.parametrize("server", [no_server, silent_server])
async def test_a_caller_hears_the_fallback_in_time_when_nothing_can_be_stored(
    no_spool: ReceiverSettings, server: type[AbstractAsyncContextManager[str]], caplog: pytest.LogCaptureFixture
) -> None:
    settings = no_spool
    async with server() as url, running(settings, url) as (_, client):
        began = time.monotonic()
        responses = await asyncio.gather(*(post(client, tool_calls(), "quick") for _ in range(20)))
        took = time.monotonic() - began
    assert {said(response) for response in responses} == {FALLBACK}
    assert {response.headers["x-hookswitch-stored"] for response in responses} == {"no"}
    assert took < DEADLINE + MARGIN
    told = [r.__dict__ for r in caplog.records if r.levelname == "CRITICAL" and "event_id" in r.__dict__]
    assert {line["event_id"] for line in told} == {r.headers["x-hookswitch-event"] for r in responses}
    assert {line["connection"] for line in told} == {"quick"}


@pytest.mark.parametrize("server", [no_server, silent_server])
async def test_who_does_not_wait_is_asked_to_come_again(
    no_spool: ReceiverSettings, server: type[AbstractAsyncContextManager[str]]
) -> None:
    async with server() as url, running(no_spool, url) as (_, client):
        response = await post(client, status_update())
    assert (response.status_code, response.content, response.headers["retry-after"]) == (503, b"", "5")


async def test_who_came_again_is_taken_once(no_spool: ReceiverSettings, store: Store, store_url: str) -> None:
    async with proxied(store_url) as proxy, running(no_spool, proxy.url) as (_, client):
        await proxy.cut()
        assert (await post(client, status_update())).status_code == 503
        await proxy.open()
        assert (await post(client, status_update())).status_code == 200
    assert await store.events.count() == 1


@pytest.mark.parametrize("server", [no_server, silent_server])
async def test_what_cannot_be_stored_is_spooled_and_acknowledged(
    settings: ReceiverSettings, server: type[AbstractAsyncContextManager[str]]
) -> None:
    async with server() as url, running(settings, url) as (app, client):
        informed = await post(client, status_update())
        waited = await call(client)
        assert app.state.receiver.spool.count() >= 2
    assert informed.status_code == 200
    assert informed.json()["event_id"] == informed.headers["x-hookswitch-event"]
    assert said(waited) == FALLBACK


async def call(client: httpx.AsyncClient) -> httpx.Response:
    """What a caller heard whose event was kept: a disk that others keep busy may take longer than one of them waits."""
    while "x-hookswitch-stored" in (response := await post(client, tool_calls(), "quick")).headers:
        assert said(response) == FALLBACK
    return response


async def test_the_spool_is_brought_when_the_store_is_back(
    settings: ReceiverSettings, store: Store, store_url: str
) -> None:
    async with running(settings, "unix:///nonexistent/valkey.sock") as (_, client):
        ids = {(await post(client, status_update(f"call-{n}"))).json()["event_id"] for n in range(5)}
        ids.add((await post(client, tool_calls(), "quick")).headers["x-hookswitch-event"])
    async with running(settings, store_url) as (app, _):
        await until(lambda: app.state.receiver.spool.count() == 0)
    assert {stored.event.id async for stored in store.events.newest(10)} == ids
    assert len((await store.queue.claim("w", {"background": 10})).jobs) == 6


@pytest.mark.parametrize("how", ["cut", "freeze"])
async def test_a_store_that_dies_while_a_caller_waits(
    settings: ReceiverSettings, store: Store, store_url: str, worker: FakeWorker, how: str
) -> None:
    async with proxied(store_url) as proxy, running(settings, proxy.url) as (app, client):
        began = time.monotonic()
        posting = asyncio.create_task(post(client, tool_calls(), "quick"))
        event_id = await worker.claim()
        await until(lambda: len(app.state.receiver.waiters) == 1 or posting.done())
        if how == "cut":
            await proxy.cut()
        else:
            proxy.freeze()
        assert said(await posting) == FALLBACK
        assert time.monotonic() - began < DEADLINE + MARGIN
    assert await worker.settle(by_rule(result="Yes.")) == "set"
    cell = (await store.answers.cells(event_id))["t1"]
    assert cell.state in ("ready", "claimed")
    assert await store.redis.zscore("hs:unsent", event_id) is not None


async def test_an_answer_given_while_the_subscription_was_lost_is_found(
    settings: ReceiverSettings, store: Store, store_url: str, worker: FakeWorker
) -> None:
    patient = settings.model_copy(update={"store_timeout": 3.0})
    async with proxied(store_url) as proxy, running(patient, proxy.url) as (app, client):
        began = time.monotonic()
        posting = asyncio.create_task(post(client, tool_calls()))
        await worker.claim()
        await until(lambda: len(app.state.receiver.waiters) == 1)
        await proxy.cut()
        await worker.settle(by_rule(result="Yes."))
        await proxy.open()
        assert said(await posting) == "Yes."
        assert time.monotonic() - began < 4


async def test_a_lost_connection_that_nobody_noticed_costs_no_answer(
    settings: ReceiverSettings, store: Store, store_url: str, worker: FakeWorker
) -> None:
    async with proxied(store_url) as proxy, running(settings, proxy.url) as (_, client):
        for n in range(3):
            posting = asyncio.create_task(post(client, tool_calls(call_id=f"call-{n}")))
            await worker.claim()
            await worker.settle(by_rule(result="Yes."))
            assert said(await posting) == "Yes."
            await proxy.drop()


async def test_a_receiver_that_vanished_is_replaced_by_any_other(
    settings: ReceiverSettings, store: Store, store_url: str, worker: FakeWorker
) -> None:
    async with running(settings, store_url) as (first_app, first):
        lost = asyncio.create_task(post(first, tool_calls()))
        event_id = await worker.claim()
        await until(lambda: len(first_app.state.receiver.waiters) == 1)
        lost.cancel()
        await asyncio.wait({lost})
    async with running(settings, store_url) as (app, second):
        again = asyncio.create_task(post(second, tool_calls()))
        await until(lambda: len(app.state.receiver.waiters) == 1)
        assert await worker.settle(by_rule(result="Yes.")) == "set"
        response = await again
    assert (said(response), response.headers["x-hookswitch-event"]) == ("Yes.", event_id)
    assert (await store.answers.cells(event_id))["t1"].state == "sent"
