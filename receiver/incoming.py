"""One HTTP request, read within bounds: bytes and text, before anything is believed of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from starlette.requests import ClientDisconnect, Request

from receiver.doors import EVENTS, Way
from receiver.raw import RawDelivery
from store.request import PLAIN
from store.request import Request as Inlet


class Refused(Exception):
    """The request is turned away with `status`; `text` is one sentence for the person who set up the platform."""

    def __init__(self, status: int, text: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(text)
        self.status = status
        self.text = text
        self.headers = headers


async def read_delivery(
    request: Request,
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
    try:
        async with asyncio.timeout(read_timeout):
            body = await _read_body(request, max_body, grown)
    except TimeoutError:
        raise Refused(408, "the body took too long") from None
    except ClientDisconnect:
        raise Refused(400, "the body did not arrive whole") from None
    return RawDelivery(
        body=body,
        headers=_joined(request.headers.items()),
        request=_request(request, way),
        connection=connection,
        path_token=way.token,
        received_at=received_at,
    )


def _request(request: Request, way: Way) -> Inlet:
    query = dict(request.query_params) if request.scope["query_string"] else {}
    if way == EVENTS and not query and request.method == "POST":
        return PLAIN
    return Inlet(request.method, way.door, way.tool, query)


async def _read_body(request: Request, limit: int, grown: Callable[[int], None]) -> bytes:
    too_large = Refused(413, f"a body has at most {limit} bytes")
    if _announced_length(request.headers.get("content-length", "")) > limit:
        raise too_large
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise too_large
        grown(size)
        chunks.append(chunk)
    return b"".join(chunks)


def _announced_length(announced: str) -> int:
    """What the sender says the body measures, as far as its first twenty digits tell; 0 for nonsense."""
    return int(announced[:20]) if announced.isascii() and announced.isdigit() else 0


def _joined(headers: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Headers by name in lower case; those that came more than once are one list, as HTTP has it."""
    joined: dict[str, str] = {}
    for name, value in headers:
        lowered = name.lower()
        joined[lowered] = f"{joined[lowered]}, {value}" if lowered in joined else value
    return joined
