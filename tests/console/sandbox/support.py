"""A loop whose time jumps instead of passing, and a webhook that answers as a test tells it."""

from __future__ import annotations

import asyncio
import json
import selectors
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from console.sandbox.app import build_sandbox
from console.sandbox.client import AsyncSandboxClient
from console.sandbox.record import CallRecord
from console.sandbox.script import Script
from console.sandbox.settings import SandboxSettings
from console.sandbox.state import Sandbox

T = TypeVar("T")
G2_SECRET = "second-secret"
G3_SECRET = "third-secret"
G1_URL = "http://receiver/hooks/g1/path-token"
G2_URL = "http://receiver/hooks/g2"
G3_URL = "http://receiver/hooks/g3"
FULL_G1 = {
    "model": {"provider": "openai"},
    "voice": {"provider": "11labs"},
    "firstMessage": "Hallo, u spreekt met Eva.",
}


class JumpingLoop(asyncio.SelectorEventLoop):
    """Where every task waits, the clock jumps to the next appointment."""

    def __init__(self) -> None:
        self._jumped = 0.0
        super().__init__(_JumpingSelector(self))

    def time(self) -> float:
        return self._jumped

    def jump(self, seconds: float) -> None:
        self._jumped += seconds


class _JumpingSelector(selectors.DefaultSelector):
    def __init__(self, loop: JumpingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and timeout is None:
            raise RuntimeError("every task waits for something that no appointment will bring")
        if not ready and timeout:
            self._loop.jump(timeout)
        return ready


def virtually(work: Coroutine[Any, Any, T]) -> T:
    """Run it in jumping time."""
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(work)


@dataclass(frozen=True)
class Received:
    """One delivery as the webhook got it."""

    path: str
    event: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def payload(self) -> dict[str, Any]:
        return json.loads(self.body)  # type: ignore[no-any-return]


Answer = Callable[["Received"], Any]


def tool_ids(payload: Mapping[str, Any]) -> list[str]:
    """The ids of all asked tools, whichever generation asks."""
    message = payload.get("message", payload)
    asked = message.get("tool_call_list") or message.get("toolCallList") or message.get("tasksInitiated")
    return [tool.get("id") or tool["taskId"] for tool in asked]


def well_answered(got: Received) -> Any:
    """What a good receiver says to everything."""
    if got.event == "assistant-request":
        return {"assistant": FULL_G1} if got.path.startswith("/hooks/g1") else {}
    if got.event == "tool-calls":
        key = "tool_call_id" if got.path == "/hooks/g3" else "toolCallId"
        return {"results": [{key: each, "result": "We open at nine."} for each in tool_ids(got.payload)]}
    return {"event_id": "evt_1"}


@dataclass
class Receiver:
    """An ASGI webhook: `answers` by event, `delays` in seconds before answering."""

    answers: dict[str, Any] = field(default_factory=dict)
    delays: dict[str, float] = field(default_factory=dict)
    got: list[Received] = field(default_factory=list)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        body = await request.body()
        message = json.loads(body)
        event = message["message"]["type"] if "message" in message else message["eventType"]
        received = Received(scope["path"], event, dict(request.headers), body)
        self.got.append(received)
        await asyncio.sleep(self.delays.get(event, 0))
        answer = self.answers.get(event, well_answered)
        answer = answer(received) if callable(answer) and not isinstance(answer, Response) else answer
        response = answer if isinstance(answer, Response) else JSONResponse(answer)
        await response(scope, receive, send)

    def events(self) -> list[str]:
        return [each.event for each in self.got]

    def last(self, event: str) -> Received:
        return [each for each in self.got if each.event == event][-1]


@dataclass
class Box:
    """A sandbox with a receiver beside it, and clients of both sides."""

    sandbox: Sandbox
    receiver: Receiver
    http: httpx.AsyncClient
    client: AsyncSandboxClient

    async def call(self, **script: Any) -> CallRecord:
        """Place a call and wait until it is over and reported."""
        placed = await self.client.place_call(Script.model_validate(script))
        return await self.client.record(placed.id, wait=120)

    async def flireo(self, method: str, path: str, **more: Any) -> httpx.Response:
        headers = {"Authorization": "Bearer fl_live_sandbox"}
        return await self.http.request(method, f"/flireo/api/v1{path}", headers=headers, **more)


@asynccontextmanager
async def box(receiver: Receiver | None = None, **changes: Any) -> AsyncIterator[Box]:
    """A sandbox for one test, without a network."""
    webhook = receiver or Receiver()
    settings = SandboxSettings(
        **{"g1_url": G1_URL, "g2_url": G2_URL, "g2_secret": G2_SECRET, "g3_url": G3_URL, "g3_secret": G3_SECRET}
        | changes
    )
    app = build_sandbox(settings, httpx.ASGITransport(webhook), lambda: 1_767_000_000.7)
    transport = httpx.ASGITransport(app)
    async with (
        httpx.AsyncClient(transport=transport, base_url="http://sandbox") as http,
        AsyncSandboxClient("http://sandbox", transport) as client,
    ):
        yield Box(app.state.sandbox, webhook, http, client)
    await app.state.sandbox.close()


def in_box(work: Callable[[Box], Coroutine[Any, Any, T]], receiver: Receiver | None = None, **changes: Any) -> T:
    """Do this with a sandbox of its own, in jumping time."""

    async def story() -> T:
        async with box(receiver, **changes) as around:
            return await work(around)

    return virtually(story())
