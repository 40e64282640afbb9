"""A delivery on its way: who is let in, what is remembered, and what a fault of ours or of a disk does."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
import time

import httpx
import pytest

from receiver.settings import ReceiverSettings
from store.client import Store
from store.spoolfile import SpoolFile
from tests.receiver.support import (
    FALLBACK,
    TOKEN,
    Deadline,
    FakeWorker,
    assistant_request,
    by_rule,
    post,
    running,
    signed,
    status_update,
    tool_calls,
)

BODY = json.dumps(status_update()).encode()


async def status_of(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> int:
    return (await client.post(path, content=BODY, headers=headers)).status_code


# --- who gets in ------------------------------------------------------------------------------------------------------


async def test_a_signed_delivery_is_stored_and_queued(client: httpx.AsyncClient, store: Store) -> None:
    response = await post(client, status_update())
    event_id = response.headers["x-hookswitch-event"]
    assert (response.status_code, response.json()) == (200, {"event_id": event_id})
    stored = await store.events.get(event_id)
    assert stored is not None
    assert (stored.event.kind, stored.event.connection, stored.event.provider) == ("status-update", "desk", "flireo")
    assert stored.body == BODY
    assert stored.headers == {"content-type": "application/json", "user-agent": stored.headers["user-agent"]}
    assert list(stored.stages) == ["received", "verified", "normalised"]
    assert await store.queue.depth() == {"live": 0, "background": 1, "bulk": 0}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(BODY, "wrong"),
        signed(BODY + b" "),
        signed(BODY, at=time.time() - 3600),
        signed(BODY) | {"x-webhook-signature": ""},
    ],
    ids=["unsigned", "wrong secret", "other body", "old", "empty signature"],
)
async def test_who_proves_nothing_is_refused_without_a_reason(
    client: httpx.AsyncClient, store: Store, headers: dict[str, str]
) -> None:
    response = await client.post("/hooks/desk", content=BODY, headers=headers)
    assert response.status_code == 401
    assert response.json() == {"refused": "the delivery did not prove who sent it"}
    assert await store.events.count() == 0


async def test_the_log_says_why_and_shows_no_secret(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    headers = signed(BODY, "wrong")
    await status_of(client, "/hooks/desk", headers)
    told = [record for record in caplog.records if record.name == "receiver.ingest"]
    assert [(r.__dict__["connection"], r.__dict__["reason"]) for r in told] == [
        ("desk", "the signature does not match")
    ]
    assert headers["x-webhook-signature"].removeprefix("sha256=") not in caplog.text


async def test_a_signature_that_came_twice_does_not_hold(client: httpx.AsyncClient) -> None:
    headers = [*signed(BODY).items(), ("x-webhook-signature", "sha256=00")]
    response = await client.post("/hooks/desk", content=BODY, headers=headers)
    assert response.status_code == 401


async def test_unknown_switched_off_and_called_back_look_the_same(client: httpx.AsyncClient) -> None:
    responses = [await post(client, status_update(), name) for name in ("nobody", "closed", "back", "x" * 5000)]
    assert {(r.status_code, r.content) for r in responses} == {(404, b'{"refused":"not found"}')}


async def test_a_path_token_opens_its_connection(client: httpx.AsyncClient) -> None:
    assert await status_of(client, f"/hooks/tokened/{TOKEN}", {}) == 200


@pytest.mark.parametrize("tail", ["", "/wrong", f"/{TOKEN}x", "/" + "y" * 8000])
async def test_without_its_token_it_stays_shut(client: httpx.AsyncClient, tail: str) -> None:
    assert await status_of(client, f"/hooks/tokened{tail}", signed(BODY)) == 401


@pytest.mark.parametrize("connection", ["desk", "open"])
async def test_a_token_where_none_belongs_is_a_bad_credential(client: httpx.AsyncClient, connection: str) -> None:
    headers = signed(BODY) if connection == "desk" else {}
    assert await status_of(client, f"/hooks/{connection}", headers) == 200
    assert await status_of(client, f"/hooks/{connection}/{TOKEN}", headers) == 401


# --- what is remembered -----------------------------------------------------------------------------------------------


async def test_an_unknown_kind_is_stored(client: httpx.AsyncClient, store: Store) -> None:
    response = await post(client, {"message": {"type": "brand-new"}})
    stored = await store.events.get(response.headers["x-hookswitch-event"])
    assert response.status_code == 200
    assert stored is not None
    assert (stored.event.kind, stored.event.native) == ("unknown", "brand-new")


async def test_an_unreadable_body_is_refused_and_stored_all_the_same(client: httpx.AsyncClient, store: Store) -> None:
    response = await post(client, b'{"message": ')
    stored = await store.events.get(response.headers["x-hookswitch-event"])
    assert response.status_code == 400
    assert stored is not None
    assert (stored.event.kind, stored.body) == ("unreadable", b'{"message": ')


async def test_a_repeated_delivery_is_one_event(client: httpx.AsyncClient, store: Store) -> None:
    first, second = await post(client, status_update()), await post(client, status_update())
    assert first.json() == second.json()
    assert await store.events.count() == 1


async def test_two_calls_of_one_caller_are_two_events(
    client: httpx.AsyncClient, store: Store, deadline: Deadline
) -> None:
    deadline.comes()
    both = [post(client, assistant_request("g1")) for _ in range(2)]
    first, second = await asyncio.gather(*both)
    assert first.headers["x-hookswitch-event"] != second.headers["x-hookswitch-event"]
    assert await store.events.count() == 2


async def test_fifty_at_once_are_one_event_one_job_and_fifty_equal_replies(
    settings: ReceiverSettings, store: Store, store_url: str, worker: FakeWorker
) -> None:
    async with running(settings.model_copy(update={"store_timeout": 30.0}), store_url) as (_, client):
        posting = [asyncio.create_task(post(client, tool_calls())) for _ in range(50)]
        event_id = await worker.claim()
        assert await store.queue.depth() == {"live": 1, "background": 0, "bulk": 0}
        await worker.settle(by_rule(result="Yes."))
        responses = await asyncio.gather(*posting)
    assert {(r.status_code, r.content, r.headers["x-hookswitch-event"]) for r in responses} == {
        (200, responses[0].content, event_id)
    }
    assert responses[0].json()["results"][0]["result"] == "Yes."
    assert await store.events.count() == 1
    assert await store.queue.depth() == {"live": 1, "background": 0, "bulk": 0}


# --- what goes wrong --------------------------------------------------------------------------------------------------


async def test_nothing_of_a_delivery_is_logged(
    settings: ReceiverSettings, store: Store, store_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with running(settings, store_url) as (_, client):
        await post(client, assistant_request(), "quick")
        await post(client, status_update())
    told = [str(record.__dict__) for record in caplog.records if record.name.startswith(("receiver", "store"))]
    assert not any("+3161" in line or "call-1" in line for line in told)


async def test_a_bug_of_ours_is_a_503_that_nobody_can_read_aloud(
    settings: ReceiverSettings, store: Store, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr("receiver.ingest._normalise", broken)
    async with running(settings, store_url) as (_, client):
        response = await post(client, tool_calls())
    assert (response.status_code, response.content, response.headers["retry-after"]) == (503, b"", "5")


async def test_a_silent_disk_keeps_no_caller_past_the_deadline(
    settings: ReceiverSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = threading.Event()
    monkeypatch.setattr(SpoolFile, "write", lambda *_: stuck.wait(60))
    monkeypatch.setattr("receiver.ingest.SPOOL_PATIENCE", 0.2)
    async with running(settings, "unix:///nonexistent/valkey.sock") as (_, client):
        began = time.monotonic()
        caller, other = await asyncio.gather(post(client, tool_calls(), "quick"), post(client, status_update()))
        took = time.monotonic() - began
        stuck.set()
    assert (caller.json()["results"][0]["result"], caller.headers["x-hookswitch-stored"]) == (FALLBACK, "no")
    assert other.status_code == 503
    assert took < 30
