"""The outermost layer: bounds and records every API request, and lets ordered faults happen to it.

A reset is a real one: the server's own connection is aborted and no byte of an answer is sent.
"""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Iterator
from typing import Any

from pydantic import BaseModel
from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.sandbox.faults import Fault, FaultBook
from console.sandbox.livecall import wall_clock

MAX_BODY = 1_000_000
KEPT_REQUESTS = 2_000
OWN_ROUTES = "/sandbox/"


class SeenRequest(BaseModel):
    """One API request as the sandbox saw it. `status` is 0 when the connection was cut before an answer."""

    at: str
    method: str
    path: str
    query: str
    body: Any
    status: int = 0
    fault: str = ""
    idempotency_key: str = ""


class Ledger:
    """The last API requests, oldest first."""

    def __init__(self) -> None:
        self._seen: deque[SeenRequest] = deque(maxlen=KEPT_REQUESTS)

    def add(self, seen: SeenRequest) -> None:
        self._seen.append(seen)

    def clear(self) -> None:
        self._seen.clear()

    def __iter__(self) -> Iterator[SeenRequest]:
        return iter(self._seen)


class Edge:
    """ASGI middleware. Must see the server's own `receive`, so it is the first of all."""

    def __init__(self, app: ASGIApp, ledger: Ledger, faults: FaultBook) -> None:
        self._app = app
        self._ledger = ledger
        self._faults = faults

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body = await read_body(receive)
        if body is None:
            await JSONResponse({"error": "Payload Too Large"}, 413)(scope, receive, send)
        elif scope["path"].startswith(OWN_ROUTES):
            await self._own(scope, body, receive, send)
        else:
            await self._api(scope, body, receive, send)

    async def _own(self, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        """Browsers send an Origin; a page somebody has open must not place calls or sign events here."""
        if "origin" in Headers(scope=scope):
            await JSONResponse({"error": "not from a web page"}, 403)(scope, receive, send)
        else:
            await self._app(scope, replay(body, receive), send)

    async def _api(self, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        fault = self._faults.for_route(scope["method"], scope["path"])
        seen = _seen(scope, body, fault)
        self._ledger.add(seen)
        noting = _noting(seen, send)
        if fault is None:
            await self._app(scope, replay(body, receive), noting)
        else:
            await self._misbehave(fault, scope, body, receive, noting)

    async def _misbehave(self, fault: Fault, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        match fault.kind:
            case "slow":
                await asyncio.sleep(fault.seconds)
                await self._app(scope, replay(body, receive), send)
            case "reset_before":
                await cut(receive)
            case "reset_after":
                await self._app(scope, replay(body, receive), _swallow)
                await cut(receive)
            case _:
                await _refusal(fault)(scope, receive, send)


async def read_body(receive: Receive) -> bytes | None:
    """The whole body, or None when it is larger than allowed."""
    parts = bytearray()
    while True:
        message = await receive()
        parts += message.get("body", b"")
        if len(parts) > MAX_BODY:
            return None
        if not message.get("more_body", False):
            return bytes(parts)


def replay(body: bytes, receive: Receive) -> Receive:
    """A `receive` that gives the body once more and then goes on as before."""
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return pending.pop() if pending else await receive()

    return again


async def cut(receive: Receive) -> None:
    """Abort the connection under the server, and wait until the server knows."""
    transport = getattr(getattr(receive, "__self__", None), "transport", None)
    if transport is None:
        raise ConnectionResetError("the sandbox cut the connection")
    transport.abort()
    while (await receive())["type"] != "http.disconnect":
        pass


async def _swallow(message: Message) -> None:
    """The answer that never leaves."""


def _refusal(fault: Fault) -> JSONResponse:
    if fault.kind == "too_many_requests":
        headers = {"Retry-After": str(fault.retry_after)}
        return JSONResponse({"error": "Too Many Requests", "message": "Slow down."}, 429, headers)
    return JSONResponse({"error": "Internal Server Error", "message": "Something broke."}, 500)


def _seen(scope: Scope, body: bytes, fault: Fault | None) -> SeenRequest:
    return SeenRequest(
        at=wall_clock(),
        method=scope["method"],
        path=scope["path"],
        query=scope["query_string"].decode("latin-1"),
        body=_readable(body),
        fault=fault.kind if fault else "",
        idempotency_key=Headers(scope=scope).get("idempotency-key", ""),
    )


def _readable(body: bytes) -> Any:
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode("utf-8", "replace")


def _noting(seen: SeenRequest, send: Send) -> Send:
    async def noting(message: Message) -> None:
        if message["type"] == "http.response.start":
            seen.status = message["status"]
        await send(message)

    return noting
