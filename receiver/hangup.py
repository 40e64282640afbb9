"""Noticing that a platform has stopped waiting. Nothing is cancelled by it; but what it did not hear was not said."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.requests import Request


@contextmanager
def hangup_of(request: Request) -> Iterator[asyncio.Task[None]]:
    """A task that is done once the sender has hung up. Ask it before replying: afterwards every request looks gone."""
    hung_up = asyncio.create_task(_until_disconnect(request))
    try:
        yield hung_up
    finally:
        hung_up.cancel()


async def _until_disconnect(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
