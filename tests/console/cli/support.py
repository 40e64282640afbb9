"""Events in the store for commands, which open and close it by themselves."""

from __future__ import annotations

import asyncio

from store.client import open_store
from store.event import Event
from store.events import Acceptance


def stored(store_url: str, *events: Event, body: bytes = b"{}") -> None:
    """An emptied store with these events."""

    async def put() -> None:
        store = open_store(store_url)
        await store.redis.flushall()
        for event in events:
            await store.events.accept(Acceptance(event, body, {"content-type": "application/json"}))
        await store.close()

    asyncio.run(put())
