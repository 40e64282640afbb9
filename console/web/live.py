"""News for open pages: one subscription for the whole process, passed on to every browser as server-sent events.

Silence is news as well: when the last worker has died nothing is done any more, and only that tells. A page is told
that something happened, never what: it then asks for itself again, and is shown what it may see.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator

from redis.asyncio import Redis
from redis.exceptions import RedisError

from store import keys

logger = logging.getLogger(__name__)

CALM = 1.0
"""Seconds between two pieces of news to a page."""
HEARTBEAT = 15.0
"""Seconds of silence after which a page looks again all the same."""
MOST_WATCHERS = 200
RECONNECT = 1.0
_CHANGED = b"event: changed\ndata: {}\n\n"


class Crowded(Exception):
    """As many pages are watching as the process serves."""


class Live:
    """Hears from the store that events are done, and wakes those who watch."""

    def __init__(self, redis: Redis, *, calm: float = CALM) -> None:
        self._redis = redis
        self._calm = calm
        self._watchers: set[asyncio.Event] = set()

    async def listen(self) -> None:
        """For as long as the process lives."""
        while True:
            try:
                await self._listen()
            except (RedisError, OSError) as error:
                logger.info("the feed is interrupted", extra={"error": repr(error)})
            self._wake()
            await asyncio.sleep(RECONNECT)

    async def _listen(self) -> None:
        async with self._redis.pubsub() as subscription:
            await subscription.subscribe(keys.FEED)
            while True:
                if await subscription.get_message(ignore_subscribe_messages=True, timeout=HEARTBEAT):
                    self._wake()

    def _wake(self) -> None:
        for watcher in self._watchers:
            watcher.set()

    @property
    def watching(self) -> int:
        """How many pages watch."""
        return len(self._watchers)

    def join(self) -> asyncio.Event:
        """One more page watches, until it leaves; raises Crowded."""
        if self.watching >= MOST_WATCHERS:
            raise Crowded
        watcher = asyncio.Event()
        self._watchers.add(watcher)
        return watcher

    def leave(self, watcher: asyncio.Event) -> None:
        """It watches no more."""
        self._watchers.discard(watcher)

    async def news(self, watcher: asyncio.Event) -> AsyncGenerator[bytes]:
        """What a page that has joined is sent."""
        yield b"retry: 2000\n\n"
        while True:
            yield await self._next(watcher)

    async def _next(self, watcher: asyncio.Event) -> bytes:
        try:
            async with asyncio.timeout(HEARTBEAT):
                await watcher.wait()
        except TimeoutError:
            return _CHANGED
        await asyncio.sleep(self._calm)
        watcher.clear()
        return _CHANGED
