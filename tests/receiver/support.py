"""What the receiver's tests share: signing by hand, bodies of every generation, a small worker, a proxy to break."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from starlette.applications import Starlette

from receiver.app import build_app
from receiver.limits import Limit
from receiver.settings import ReceiverSettings
from store import keys
from store.answers import CellAnswer, Settled
from store.client import Store
from store.runs import Claim

SECRET = "desk-secret"
TOKEN = "path-secret-1234"
FALLBACK = "I am still looking that up."

CONNECTIONS = f"""
connections:
  desk:
    provider: flireo
    auth: [{{scheme: hmac, secret: "${{DESK_SECRET}}"}}]
    deadlines: {{tool-calls: 60s, assistant-request: 60s}}
    fallback:
      assistant-request: {{config: {{name: night}}}}
      tool-calls: {{result: "{FALLBACK}"}}
  quick:
    provider: flireo
    auth: [{{scheme: hmac, secret: "${{DESK_SECRET}}"}}]
    deadlines: {{tool-calls: 150ms, assistant-request: 150ms}}
    fallback:
      assistant-request: {{config: {{name: night}}}}
      tool-calls: {{result: "{FALLBACK}"}}
  tokened: {{provider: flireo, auth: [{{scheme: path_token, secret: {TOKEN}}}]}}
  open: {{provider: flireo, auth: [{{scheme: none}}]}}
  closed: {{provider: flireo, auth: [{{scheme: hmac, secret: "${{NOBODY_SET_THIS}}"}}]}}
  back: {{provider: fluents, api: {{key: "${{NOT_OURS}}"}}}}
"""


def settings_in(folder: Path, connections: str = CONNECTIONS, **changes: Any) -> ReceiverSettings:
    """Settings with a connections file in `folder`."""
    path = folder / "connections.yaml"
    path.write_text(connections, encoding="utf-8")
    return ReceiverSettings(connections=path, data_dir=folder, **changes)


@asynccontextmanager
async def running(settings: ReceiverSettings, url: str) -> AsyncIterator[tuple[Starlette, httpx.AsyncClient]]:
    """The application on the store behind `url`, and a client that talks to it in this process."""
    app = build_app(settings, url)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://receiver") as client:
            yield app, client


def signed(body: bytes, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """What the platform's page says: hex HMAC-SHA256 over `{timestamp}.{body}`, timestamp in seconds."""
    timestamp = str(int(time.time() if at is None else at))
    digest = hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
    return {
        "content-type": "application/json",
        "x-webhook-timestamp": timestamp,
        "x-webhook-signature": f"sha256={digest}",
    }


async def post(client: httpx.AsyncClient, payload: Any, connection: str = "desk") -> httpx.Response:
    """Post a payload, or bytes as they are, signed with the right secret."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    return await client.post(f"/hooks/{connection}", content=body, headers=signed(body), timeout=20)


def tool_calls(generation: str = "g3", ids: tuple[str, ...] = ("t1",), call_id: str = "call-1") -> dict[str, Any]:
    """The agent asks for tools named `look_up`."""
    if generation == "g1":
        tasks = [{"taskId": id_, "taskName": "look_up", "taskPayload": {}} for id_ in ids]
        return {"eventType": "tool-calls", "eventTime": 1767000000123, "callId": call_id, "tasksInitiated": tasks}
    asked = [{"id": id_, "type": "function", "function": {"name": "look_up", "arguments": {}}} for id_ in ids]
    name = {"g2": "toolCallList", "g3": "tool_call_list"}[generation]
    return {"message": {"type": "tool-calls", "call": {"id": call_id, "status": "in-progress"}, name: asked}}


def assistant_request(generation: str = "g3") -> dict[str, Any]:
    """A call comes in."""
    if generation == "g1":
        return {"eventType": "assistant-request", "fromCaller": "+31612340001", "toAssistant": "+31850000001"}
    name = {"g2": "phoneNumber", "g3": "phone_number"}[generation]
    customer = {"number": "+31612340001"}
    message = {"type": "assistant-request", "call": {"id": "call-1"}, "customer": customer, name: {"number": "+3185"}}
    return {"message": message}


def status_update(call_id: str = "call-1", status: str = "in-progress") -> dict[str, Any]:
    """A call changed its status; nobody waits."""
    call = {"id": call_id, "status": status}
    return {"message": {"type": "status-update", "timestamp": "2026-10-01T10:04:41Z", "call": call}}


@dataclass
class FakeWorker:
    """Claims jobs one at a time and settles answers, as a worker does."""

    store: Store
    claims: list[Claim] = field(default_factory=list)

    async def claim(self) -> str:
        """Wait for a job; returns its event's id."""
        async with self.store.redis.pubsub() as subscription:
            await subscription.subscribe(keys.WAKE)
            while True:
                batch = await self.store.queue.claim("fake", {"live": 1, "background": 1})
                if batch.jobs:
                    self.claims.append(batch.jobs[0].claim)
                    return self.claims[-1].job_id
                await subscription.get_message(timeout=5.0)

    async def settle(self, answer: CellAnswer, cell: str = "t1") -> Settled:
        """Answer one cell of the event that was claimed last."""
        claim = self.claims[-1]
        return await self.store.answers.settle(claim, claim.job_id, cell, answer)


class Deadline:
    """Every caller's: it comes when a test says so, and not because a machine is busy."""

    def __init__(self) -> None:
        self._has_come = False
        self._waiting: set[Limit] = set()

    def comes(self) -> None:
        """For whoever waits now, and at once for whoever begins to wait later."""
        self._has_come = True
        for limit in self._waiting:
            limit.expire()

    @contextmanager
    def limit(self, _seconds: float) -> Iterator[None]:
        """In the place of a caller's own."""
        with Limit(60.0) as limit:
            self._waiting.add(limit)
            if self._has_come:
                limit.expire()
            try:
                yield
            finally:
                self._waiting.discard(limit)


def by_rule(**body: Any) -> CellAnswer:
    """A rule's answer."""
    return CellAnswer("rule", body, "look_up")


def meanwhile(**body: Any) -> CellAnswer:
    """What a rule says while it is at work."""
    return CellAnswer("meanwhile", body, "look_up")


async def until(holds: Callable[[], bool]) -> None:
    """Let the others work until something holds; it fails where a test would hang."""
    async with asyncio.timeout(60):
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


class Proxy:
    """A way to the store that can be cut, or fall silent with every connection left open."""

    def __init__(self, store_url: str) -> None:
        self._path = store_url.removeprefix("unix://")
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self.url = ""
        self.accepted = 0

    async def open(self) -> None:
        """Listen, on the same port as before where there was one."""
        port = int(self.url.rpartition(":")[2] or 0)
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", port)
        self.url = f"redis://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def cut(self) -> None:
        """Break every connection and refuse new ones."""
        assert self._server
        self._server.close()
        while self._writers:
            await self.drop()

    async def drop(self) -> None:
        """Break every connection; new ones are welcome."""
        there = set(self._writers)
        for writer in there:
            writer.close()
        await until(lambda: not there & self._writers)

    def freeze(self) -> None:
        """Nothing passes any more, and nobody is told."""
        self._flowing.clear()

    def thaw(self) -> None:
        """What was held back passes, and everything after it."""
        self._flowing.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.accepted += 1
        ends = {writer}
        self._writers |= ends
        try:
            store_reader, store_writer = await asyncio.open_unix_connection(self._path)
            ends.add(store_writer)
            self._writers |= ends
            pumps = [self._pump(reader, store_writer), self._pump(store_reader, writer)]
            await asyncio.wait([asyncio.create_task(pump) for pump in pumps], return_when=asyncio.FIRST_COMPLETED)
        finally:
            for end in ends:
                end.close()
            self._writers -= ends

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65536):
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()


@asynccontextmanager
async def proxied(store_url: str) -> AsyncIterator[Proxy]:
    """A proxy before the store."""
    proxy = Proxy(store_url)
    await proxy.open()
    try:
        yield proxy
    finally:
        proxy.thaw()
        await proxy.cut()


@asynccontextmanager
async def silent_server() -> AsyncIterator[str]:
    """A server that accepts every connection and never says a word; gives its URL."""
    writers: list[asyncio.StreamWriter] = []

    async def accept(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writers.append(writer)

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    try:
        yield f"redis://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
        await asyncio.sleep(0)
        for writer in writers:
            writer.close()
        await asyncio.gather(*(writer.wait_closed() for writer in writers), return_exceptions=True)
