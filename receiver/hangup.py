"""Noticing that a platform has stopped waiting. Nothing is cancelled by it; but what it did not hear was not said."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

from receiver.incoming import Receive


@contextmanager
def hangup_of(receive: Receive) -> Iterator[asyncio.Task[None]]:
    """A task that is done once the sender has hung up. Ask it before replying: afterwards every request looks gone."""
    hung_up = asyncio.create_task(_until_disconnect(receive))
    try:
        yield hung_up
    finally:
        hung_up.cancel()


async def _until_disconnect(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
