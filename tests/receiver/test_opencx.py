"""OpenCX through the whole receiver: three doors, each with its own proof, and what is kept of each delivery."""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from receiver.providers import provider_named
from receiver.raw import RawDelivery
from store.client import Store
from store.events import StoredEvent
from tests.receiver.support import FakeWorker, by_rule, running, settings_in

SECRET = "whsec_" + base64.b64encode(b"twenty-four bytes or so!").decode()
BEARER = {"authorization": "Bearer tool-secret"}
HINTS = {"x-opencx-session-id": "session-1", "x-opencx-org-id": "org-1", "x-other": "y"}
CONNECTIONS = f"""
connections:
  desk:
    provider: opencx
    auth:
      - {{scheme: standard, secret: {SECRET}}}
      - {{scheme: bearer, secret: tool-secret}}
      - {{scheme: path_token, secret: data-secret}}
    deadlines: {{tool-calls: 2s}}
    fallback: {{tool-calls: {{error: Not now.}}}}
"""


@pytest.fixture
async def client(tmp_path: Path, store: Store, store_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with running(settings_in(tmp_path, CONNECTIONS), store_url) as (_, client):
        yield client


async def post(client: httpx.AsyncClient, payload: Any, message_id: str = "msg_1") -> httpx.Response:
    body = json.dumps(payload)
    at = datetime.now(UTC)
    signature = Webhook(SECRET).sign(message_id, at, body)
    headers = {"svix-id": message_id, "svix-timestamp": str(int(at.timestamp())), "svix-signature": signature}
    return await client.post("/hooks/desk", content=body, headers=headers)


async def newest(store: Store, count: int) -> list[StoredEvent]:
    return [each async for each in store.events.newest(count)]


async def test_a_delivery_that_is_repeated_is_one_event(client: httpx.AsyncClient, store: Store) -> None:
    payload = {"event": "phone_call.started", "data": {"conversation_id": "c"}}
    first, again, other = [await post(client, payload, name) for name in ("msg_1", "msg_1", "msg_2")]
    assert first.status_code == 200
    assert first.json() == again.json() != other.json()
    assert await store.events.count() == 2


async def test_each_entry_of_a_list_is_kept_by_itself_and_replayed_alone(
    client: httpx.AsyncClient, store: Store
) -> None:
    payload = {"event": "conversation.closed", "data": [{"conversation_id": "a"}, {"conversation_id": "b"}]}
    assert (await post(client, payload)).status_code == 200
    stored = await newest(store, 5)
    assert {each.event.raw["data"]["conversation_id"] for each in stored} == {"a", "b"}
    again = provider_named("opencx").normalise(RawDelivery(stored[0].body, stored[0].headers, stored[0].request))
    assert [each.call.metadata for each in again] == [stored[0].event.call.metadata]


async def test_an_action_is_answered_with_its_result(
    client: httpx.AsyncClient, worker: FakeWorker, store: Store
) -> None:
    asked = asyncio.create_task(client.get("/hooks/desk/tools/opening_hours?day=mon", headers=BEARER | HINTS))
    event_id = await worker.claim()
    await worker.settle(by_rule(result={"opens": "09:00"}), "unnamed")
    response = await asked
    assert (response.status_code, response.json()) == (200, {"opens": "09:00"})
    stored = await store.events.get(event_id)
    assert stored is not None
    assert (stored.event.tools[0].name, stored.event.tools[0].arguments) == ("opening_hours", {"day": "mon"})
    assert set(stored.headers) == {"user-agent", "x-opencx-session-id", "x-opencx-org-id"}
    again = provider_named("opencx").normalise(RawDelivery(stored.body, stored.headers, stored.request))
    assert again[0].call.metadata == stored.event.call.metadata == {"session_id": "session-1", "org_id": "org-1"}


async def test_without_an_answer_the_agent_hears_a_sentence(client: httpx.AsyncClient) -> None:
    response = await client.put("/hooks/desk/tools/book", json={"slot": 1}, headers=BEARER)
    assert (response.status_code, response.json()) == (422, {"error": "Not now."})


async def test_two_equal_actions_are_two(client: httpx.AsyncClient, store: Store) -> None:
    both = [client.post("/hooks/desk/tools/book", json={}, headers=BEARER) for _ in range(2)]
    await asyncio.gather(*both)
    assert await store.events.count() == 2


async def test_collected_data_comes_with_a_token(client: httpx.AsyncClient, store: Store) -> None:
    assert (await client.post("/hooks/desk/data", data={"email": "a@example.com"})).status_code == 401
    assert (await client.post("/hooks/desk/data-secret/data", data={"email": "a@example.com"})).status_code == 200
    (stored,) = await newest(store, 5)
    assert (stored.event.kind, stored.event.data) == ("data-collected", {"email": "a@example.com"})
    assert stored.event.raw == {"email": "a@example.com"}


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("DELETE", "/data"), ("HEAD", "/tools/book")])
async def test_a_door_takes_its_methods_alone(client: httpx.AsyncClient, method: str, path: str) -> None:
    assert (await client.request(method, f"/hooks/desk{path}", headers=BEARER)).status_code == 405
