"""An unknown platform through the whole receiver: answered, stored, and never a 500."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from console.past.replay import replay_live
from receiver.app import build_app
from store.client import Store
from store.connections import ConnectionsError, load_connections
from store.events import StoredEvent
from tests.receiver.support import FakeWorker, by_rule, running, settings_in

KEY = {"x-key": "k", "x-kind": "end", "authorization": "Bearer not-for-us"}
CONNECTIONS = """
connections:
  bot:
    provider: generic
    auth: [{scheme: header, header: X-Key, secret: k}]
    deadlines: {tool-calls: 2s}
    fallback: {tool-calls: {error: Not now.}}
    mapping:
      native: 'raw.?event.orValue(headers.?x-kind.orValue(""))'
      kind: {ask: tool-calls, end: end-of-call-report}
      dedup_key: raw.id
      call: {id: raw.call}
      report: {summary: raw.result.summary}
      tools: {each: raw.tools, id: item.id, name: item.fn}
      reply:
        tool-calls: {values: 'answers.map(a, {"ref": a.id, "value": a.text})'}
  batch:
    provider: generic
    auth: [{scheme: none}]
    mapping: {each: raw.events, native: item.type, kind: {end: call-ended}, call: {id: item.call, metadata: raw.shared}}
""".replace("headers.?x-kind", 'headers[?"x-kind"]')


@pytest.fixture
async def client(tmp_path: Path, store: Store, store_url: str) -> AsyncIterator[httpx.AsyncClient]:
    async with running(settings_in(tmp_path, CONNECTIONS), store_url) as (_, client):
        yield client


async def newest(store: Store, count: int) -> list[StoredEvent]:
    return [each async for each in store.events.newest(count)]


async def test_a_tool_is_answered_in_the_platforms_words(
    client: httpx.AsyncClient, worker: FakeWorker, store: Store
) -> None:
    payload = {"event": "ask", "id": "d1", "tools": [{"id": "a", "fn": "hours"}]}
    asked = asyncio.create_task(client.post("/hooks/bot", json=payload, headers=KEY))
    await worker.claim()
    await worker.settle(by_rule(result="Nine to six."), "a")
    reply = await asked
    assert (reply.status_code, reply.json()) == (200, {"values": [{"ref": "a", "value": "Nine to six."}]})


async def test_without_an_answer_the_fallback_is_said_the_same_way(client: httpx.AsyncClient) -> None:
    payload = {"event": "ask", "tools": [{"id": "a", "fn": "hours"}]}
    reply = await client.post("/hooks/bot", json=payload, headers=KEY)
    assert reply.json() == {"values": [{"ref": "a", "value": "Not now."}]}


async def test_a_repeated_delivery_is_one_event(client: httpx.AsyncClient, store: Store) -> None:
    first, again, other = [
        await client.post("/hooks/bot", json={"event": "end", "id": id_}, headers=KEY) for id_ in ("1", "1", "2")
    ]
    assert first.json() == again.json() != other.json()


async def test_what_a_mapping_fails_on_is_kept_and_read_again_with_a_better_one(
    client: httpx.AsyncClient, store: Store, tmp_path: Path
) -> None:
    reply = await client.post("/hooks/bot", json={"call": "c1", "result": "text"}, headers=KEY)
    assert reply.status_code == 200
    (stored,) = await newest(store, 5)
    assert (stored.event.kind, stored.event.native, stored.event.call.id) == ("unknown", "end", "c1")
    assert stored.event.problem.startswith("report.summary: a field was asked")
    assert stored.headers["x-kind"] == "end"
    assert not {"x-key", "authorization"} & stored.headers.keys()
    path = tmp_path / "connections.yaml"
    path.write_text(CONNECTIONS.replace("raw.result.summary", "raw.result"))
    (event_id,) = await replay_live(store, stored, load_connections(path, {}, "neither"))
    again = await store.events.get(event_id)
    assert again is not None
    assert (again.event.kind, again.event.report.summary, again.event.problem) == ("end-of-call-report", "text", "")


async def test_each_of_several_events_is_kept_and_read_by_itself(
    client: httpx.AsyncClient, store: Store, tmp_path: Path
) -> None:
    payload = {"shared": {"a": 1}, "events": [{"type": "end", "call": "c1"}, {"type": "odd", "call": "c2"}]}
    assert (await client.post("/hooks/batch", json=payload)).status_code == 200
    found = {stored.event.call.id: stored for stored in await newest(store, 5)}
    assert {id_: stored.event.kind for id_, stored in found.items()} == {"c1": "call-ended", "c2": "unknown"}
    assert json.loads(found["c1"].body) == {"shared": {"a": 1}, "events": [{"type": "end", "call": "c1"}]}
    connections = load_connections(tmp_path / "connections.yaml", {}, "neither")
    (event_id,) = await replay_live(store, found["c2"], connections)
    again = await store.events.get(event_id)
    assert again is not None
    assert (again.event.call.id, again.event.call.metadata) == ("c2", {"a": 1})


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff", b'{"event": ' * 200, b'{"event": "ask", "tools": 3}'])
async def test_whatever_comes_is_answered(client: httpx.AsyncClient, body: bytes) -> None:
    reply = await client.post("/hooks/bot", content=body, headers={"x-key": "k"})
    assert reply.status_code in (200, 400)
    assert reply.json() is not None


def test_the_receiver_does_not_start_with_a_mapping_that_cannot_be_used(tmp_path: Path) -> None:
    settings = settings_in(tmp_path, CONNECTIONS.replace("raw.result.summary", "rw.result"))
    with pytest.raises(ConnectionsError) as caught:
        build_app(settings, "redis://127.0.0.1:9")
    (problem,) = caught.value.problems
    assert problem.startswith(f"{tmp_path / 'connections.yaml'}:13:25 bot: mapping.report.summary: ")
    assert problem.endswith('unknown name "rw.result"; did you mean "raw"?')
