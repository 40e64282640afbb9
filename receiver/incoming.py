"""One HTTP request, read within bounds: bytes and text, before anything is believed of them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from datetime import datetime

from starlette.requests import ClientDisconnect, Request

from receiver.raw import RawDelivery


class Refused(Exception):
    """The request is turned away with `status`; `text` is one sentence for the person who set up the platform."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


async def read_delivery(
    request: Request,
    connection: str,
    received_at: datetime,
    *,
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
        query=dict(request.query_params) if request.scope["query_string"] else {},
        method=request.method,
        connection=connection,
        path_token=request.path_params.get("token", ""),
        received_at=received_at,
    )


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
