"""One HTTP request, read within bounds: bytes and text, before anything is believed of them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

from receiver.doors import EVENTS, Way
from receiver.limits import Limit
from receiver.raw import RawDelivery
from store.request import PLAIN, Request

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
"""What a server hands over for each request, as ASGI has it."""


class Refused(Exception):
    """The request is turned away with `status`; `text` is one sentence for the person who set up the platform."""

    def __init__(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.headers = headers


async def read_delivery(
    scope: Scope,
    receive: Receive,
    connection: str,
    received_at: datetime,
    *,
    way: Way = EVENTS,
    max_body: int,
    read_timeout: float,
    grown: Callable[[int], None] = lambda _: None,
) -> RawDelivery:
    """The whole request, of at most `max_body` bytes and within `read_timeout` seconds; raises Refused.

    `grown` is told how long the body has become, and may raise.
    """
    headers = _joined(scope["headers"])
    if _announced_length(headers.get("content-length", "")) > max_body:
        raise _too_large(max_body)
    try:
        with Limit(read_timeout):
            body = await _read_body(receive, max_body, grown)
    except TimeoutError:
        raise Refused(408, "the body took too long") from None
    return RawDelivery(
        body=body,
        headers=headers,
        request=_request(scope, way),
        connection=connection,
        path_token=way.token,
        received_at=received_at,
    )


def _request(scope: Scope, way: Way) -> Request:
    method, query = scope["method"], scope["query_string"]
    if method == "POST" and not query and not way.door:
        return PLAIN
    fields = dict(parse_qsl(query.decode("latin-1"), keep_blank_values=True))
    return Request(method, way.door, way.tool, fields)


async def _read_body(receive: Receive, limit: int, grown: Callable[[int], None]) -> bytes:
    chunks, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise Refused(400, "the body did not arrive whole")
        chunk, more = message.get("body", b""), message.get("more_body", False)
        size += len(chunk)
        if size > limit:
            raise _too_large(limit)
        grown(size)
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large(limit: int) -> Refused:
    return Refused(413, f"a body has at most {limit} bytes")


def _announced_length(announced: str) -> int:
    """What the sender says the body measures, as far as its first twenty digits tell; 0 for nonsense."""
    return int(announced[:20]) if announced.isascii() and announced.isdigit() else 0


def _joined(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers by name in lower case; those that came more than once are one list, as HTTP has it."""
    joined: dict[str, str] = {}
    for raw_name, raw_value in headers:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        joined[name] = f"{joined[name]}, {value}" if name in joined else value
    return joined
