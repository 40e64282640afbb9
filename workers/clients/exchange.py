"""One HTTP request and its answer: sent once, bounded in time and size, recorded without credentials.

What never left is `Unavailable`; what left and got no readable answer is `InDoubtError`, unless the method only reads.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any, Protocol
from urllib.parse import parse_qsl

import httpx
import orjson

from workers.clients.errors import ApiError, InDoubtError, Invalid, Unavailable
from workers.clients.redact import clipped, redacted, redacted_url, without_secrets

FORM = "application/x-www-form-urlencoded"
MOMENT = 0.1
_UNREADABLE = ("audio/", "video/", "image/", "application/octet-stream")
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_NEVER_LEFT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_NOT_SENDABLE = (httpx.UnsupportedProtocol, httpx.LocalProtocolError)


class Note(Protocol):
    """A place for the answer of a recorded request."""

    got: Any


class Recorder(Protocol):
    """Keeps what was sent and what came back."""

    def record(self, sent: Any, got: Any = None) -> Note: ...


def json_bytes(value: Any) -> bytes:
    """The value as JSON; raises Invalid for what JSON cannot hold, such as an infinite number."""
    try:
        return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()
    except ValueError as error:
        raise Invalid("the body cannot be written as JSON") from error


class Deadline:
    """The seconds one action has, over all its requests, less a moment.

    The moment lets a lost request be named here, where it is known whether anything was sent, before whoever runs the
    action gives it up.
    """

    def __init__(self, seconds: float) -> None:
        self._until = time.monotonic() + seconds - min(MOMENT, seconds * 0.1)

    def left(self) -> float:
        """Seconds that remain; raises Unavailable, since what was not begun did not happen, when there are none."""
        remaining = self._until - time.monotonic()
        if remaining <= 0:
            raise Unavailable("no time left to send the request")
        return remaining


@dataclass(frozen=True)
class Received:
    """An answer that arrived whole."""

    status: int
    headers: httpx.Headers
    content: bytes
    body: Any
    """The JSON, or None when it is empty or no JSON."""
    is_json: bool

    @property
    def media_type(self) -> str:
        """What it claims to be, such as `audio/mpeg`; empty when it does not say."""
        return str(self.headers.get("content-type", "")).partition(";")[0].strip().lower()[:100]

    @property
    def text(self) -> str:
        """The content as text, whatever it claims to be."""
        return self.content.decode(errors="replace")


@dataclass
class _Progress:
    """How far a request got, as httpcore reports it. Transports that report nothing count as sent."""

    connecting: bool = field(default=False)

    async def trace(self, name: str, _info: Any) -> None:
        if name == "connection.connect_tcp.started":
            self.connecting = True
        elif name.endswith("send_request_headers.started"):
            self.connecting = False


async def exchange(
    http: httpx.AsyncClient,
    request: httpx.Request,
    recorder: Recorder,
    deadline: Deadline,
    *,
    limit: int,
    secrets: Collection[str] = (),
) -> Received:
    """Send once, follow nothing, read at most `limit` bytes, and record both sides."""
    left = deadline.left()
    progress = _Progress()
    request.extensions |= {"timeout": httpx.Timeout(left).as_dict(), "trace": progress.trace}
    note = recorder.record(_shown_request(request, secrets))
    try:
        async with asyncio.timeout(left):
            received = await _receive(http, request, limit)
    except (httpx.RequestError, TimeoutError, UnicodeError) as error:
        lost = _lost(error, request, progress)
        note.got = {"error": lost.message}
        raise lost from error
    except ApiError as error:
        note.got = {"error": error.message}
        raise
    note.got = {"status": received.status, "body": _shown_answer(received, secrets)}
    return received


async def _receive(http: httpx.AsyncClient, request: httpx.Request, limit: int) -> Received:
    response = await http.send(request, stream=True, follow_redirects=False)
    try:
        content = await _read(response, request, limit)
    finally:
        await response.aclose()
    return received_whole(response.status_code, response.headers, content)


def received_whole(status: int, headers: httpx.Headers, content: bytes) -> Received:
    """An answer with its JSON read."""
    is_json, body = _parsed(content)
    return Received(status, headers, content, body, is_json)


async def _read(response: httpx.Response, request: httpx.Request, limit: int) -> bytes:
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > limit:
            raise Invalid(
                f"{request.url.host} answered {response.status_code} with more than {limit} bytes",
                status=response.status_code,
            )
    return bytes(content)


def _parsed(content: bytes) -> tuple[bool, Any]:
    if not content.strip():
        return False, None
    try:
        return True, orjson.loads(content)
    except orjson.JSONDecodeError:
        return False, None


def _lost(error: Exception, request: httpx.Request, progress: _Progress) -> ApiError:
    where = f"{request.url.host}: {type(error).__name__}"
    if isinstance(error, _NOT_SENDABLE):
        return Invalid(f"{where}: the request cannot be sent as it is")
    if isinstance(error, _NEVER_LEFT) or progress.connecting:
        return Unavailable(f"{where}: not reached, nothing was sent")
    if request.method in SAFE_METHODS:
        return Unavailable(f"{where}: no readable answer")
    return InDoubtError(f"{where}: sent, but no readable answer came back")


def _shown_request(request: httpx.Request, secrets: Collection[str]) -> dict[str, Any]:
    shown: dict[str, Any] = {"method": request.method, "url": redacted_url(request.url, secrets)}
    content = request.content
    if content:
        shown["body"] = _shown_body(content, _sent_body(request), secrets)
    return shown


def _sent_body(request: httpx.Request) -> Any:
    if request.headers.get("content-type", "").startswith(FORM):
        return dict(parse_qsl(request.content.decode(errors="replace")))
    return _parsed(request.content)[1]


def _shown_answer(received: Received, secrets: Collection[str]) -> Any:
    """Sound and pictures are told by their size: nobody reads them in a trace."""
    kind = received.media_type
    if received.content and not received.is_json and kind.startswith(_UNREADABLE):
        return {"bytes": len(received.content), "type": kind}
    return _shown_body(received.content, received.body, secrets)


def _shown_body(content: bytes, body: Any, secrets: Collection[str]) -> Any:
    if body is not None:
        return clipped(redacted(body, secrets))
    return clipped(without_secrets(content.decode(errors="replace"), secrets))
