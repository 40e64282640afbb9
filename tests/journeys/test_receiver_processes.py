"""A real receiver process: what only a real server and real connections can show."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from store.client import Store
from tests.journeys.receiver_process import ReceiverProcess, receiver_process
from tests.receiver.support import FakeWorker, by_rule, post, signed, status_update, tool_calls

pytestmark = pytest.mark.journey


@pytest.fixture
def receiver(tmp_path: Path, store: Store, store_url: str) -> Iterator[ReceiverProcess]:
    with receiver_process(tmp_path, store_url) as running:
        yield running


async def ready(receiver: ReceiverProcess) -> None:
    """Its port is open from the start; a reply means it serves."""
    async with httpx.AsyncClient(base_url=receiver.url) as client:
        assert (await client.get("/readyz", timeout=60)).json()["store"] == "ok"


async def sent(store: Store, event_id: str) -> str:
    """The state of the only tool's answer once it is settled and the receiver is done with it."""
    while (state := (await store.answers.cells(event_id))["t1"].state) == "ready":
        pass
    return state


def request_bytes(payload: object, connection: str = "desk") -> bytes:
    body = json.dumps(payload).encode()
    headers = {"host": "receiver", "content-length": str(len(body)), **signed(body)}
    lines = [f"POST /hooks/{connection} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items()), "", ""]
    return "\r\n".join(lines).encode() + body


async def test_an_answer_that_was_heard_is_marked_as_sent(
    receiver: ReceiverProcess, store: Store, worker: FakeWorker
) -> None:
    async with httpx.AsyncClient(base_url=receiver.url) as client:
        posting = asyncio.create_task(post(client, tool_calls()))
        event_id = await worker.claim()
        await worker.settle(by_rule(result="Yes."))
        assert (await posting).json()["results"][0]["result"] == "Yes."
        async with asyncio.timeout(5):
            while await store.redis.zscore("hs:unsent", event_id) is not None:
                pass
    assert (await store.answers.cells(event_id))["t1"].state == "sent"


@pytest.mark.parametrize("padding", [0, 400_000], ids=["small", "large"])
async def test_a_hang_up_cancels_nothing_and_what_was_not_heard_is_not_sent(
    receiver: ReceiverProcess, store: Store, worker: FakeWorker, padding: int
) -> None:
    await ready(receiver)
    _, writer = await asyncio.open_connection("127.0.0.1", receiver.port)
    writer.write(request_bytes(tool_calls() | {"padding": "x" * padding}))
    event_id = await worker.claim()
    writer.close()
    await writer.wait_closed()
    async with httpx.AsyncClient(base_url=receiver.url) as client:
        for _ in range(3):
            await client.get("/livez")
    assert await worker.settle(by_rule(result="Yes.")) == "set"
    assert await sent(store, event_id) == "claimed"
    assert await store.redis.zscore("hs:unsent", event_id) is not None


async def test_whoever_asks_again_after_a_hang_up_is_answered(
    receiver: ReceiverProcess, store: Store, worker: FakeWorker
) -> None:
    await ready(receiver)
    _, writer = await asyncio.open_connection("127.0.0.1", receiver.port)
    writer.write(request_bytes(tool_calls()))
    await worker.claim()
    writer.close()
    async with httpx.AsyncClient(base_url=receiver.url) as client:
        await worker.settle(by_rule(result="Yes."))
        assert (await post(client, tool_calls())).json()["results"][0]["result"] == "Yes."


async def test_one_connection_carries_many_deliveries(receiver: ReceiverProcess, store: Store) -> None:
    await ready(receiver)
    reader, writer = await asyncio.open_connection("127.0.0.1", receiver.port)
    for n in range(3):
        writer.write(request_bytes(status_update(f"call-{n}")))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200 ")
        length = next(int(line.split(b":")[1]) for line in head.splitlines() if line.startswith(b"content-length"))
        assert b"event_id" in await reader.readexactly(length)
    writer.close()
    assert await store.events.count() == 3


async def test_a_body_in_chunks_is_read_and_bounded(receiver: ReceiverProcess, store: Store) -> None:
    async def chunks(body: bytes) -> AsyncIterator[bytes]:
        for at in range(0, len(body), 60_000):
            yield body[at : at + 60_000]

    fits = json.dumps(status_update() | {"padding": "x" * 500_000}).encode()
    async with httpx.AsyncClient(base_url=receiver.url, timeout=60) as client:
        taken = await client.post("/hooks/desk", content=chunks(fits), headers=signed(fits))
        refused = await client.post("/hooks/desk", content=chunks(fits * 3), headers=signed(fits * 3))
        announced = await client.post("/hooks/desk", content=fits * 3, headers=signed(fits * 3))
    assert [taken.status_code, refused.status_code, announced.status_code] == [200, 413, 413]
    stored = await store.events.get(taken.headers["x-hookswitch-event"])
    assert stored is not None
    assert stored.body == fits


async def test_very_long_names_and_tokens_are_refused_politely(receiver: ReceiverProcess) -> None:
    async with httpx.AsyncClient(base_url=receiver.url, timeout=60) as client:
        token = await client.post("/hooks/tokened/" + "x" * 50_000, content=b"{}")
        name = await client.post("/hooks/" + "x" * 50_000, content=b"{}")
    assert [token.status_code, name.status_code] == [401, 404]


async def test_a_receiver_that_is_told_to_stop_answers_first(
    receiver: ReceiverProcess, store: Store, worker: FakeWorker
) -> None:
    async with httpx.AsyncClient(base_url=receiver.url) as client:
        posting = asyncio.create_task(post(client, tool_calls()))
        event_id = await worker.claim()
        receiver.process.send_signal(signal.SIGTERM)
        await worker.settle(by_rule(result="Yes."))
        assert (await posting).json()["results"][0]["result"] == "Yes."
    await asyncio.to_thread(receiver.process.wait, 15)
    assert (await store.answers.cells(event_id))["t1"].state == "sent"


async def test_who_has_knocked_before_it_is_told_to_stop_is_answered(
    receiver: ReceiverProcess, store: Store, worker: FakeWorker
) -> None:
    """They wait at the door of a process that stands still, and it finds them and the signal at the same moment."""
    await ready(receiver)
    receiver.process.send_signal(signal.SIGSTOP)
    guests = [await asyncio.open_connection("127.0.0.1", receiver.port) for _ in range(20)]
    for number, (_, writer) in enumerate(guests):
        writer.write(request_bytes(status_update(f"guest-{number}")))
    receiver.process.send_signal(signal.SIGTERM)
    receiver.process.send_signal(signal.SIGCONT)
    heads = [await reader.read(15) for reader, _ in guests]
    for _, writer in guests:
        writer.close()
    assert heads == [b"HTTP/1.1 200 OK"] * 20
    await asyncio.to_thread(receiver.process.wait, 30)
    assert await store.events.count() == 20


async def test_a_killed_receiver_loses_nothing(
    receiver: ReceiverProcess, store: Store, store_url: str, worker: FakeWorker, tmp_path: Path
) -> None:
    async with httpx.AsyncClient(base_url=receiver.url) as client:
        posting = asyncio.create_task(post(client, tool_calls()))
        event_id = await worker.claim()
        receiver.process.kill()
        with pytest.raises(httpx.TransportError):
            await posting
    assert await worker.settle(by_rule(result="Yes.")) == "set"
    with receiver_process(tmp_path, store_url) as second:
        async with httpx.AsyncClient(base_url=second.url) as client:
            again = await post(client, tool_calls())
    assert again.headers["x-hookswitch-event"] == event_id
    assert again.json()["results"][0]["result"] == "Yes."
