"""Who waits for which event; woken by one subscription for the whole process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import ConnectionError as RedisConnectionError

from store import keys
from store.tasks import end

logger = logging.getLogger(__name__)

PAUSE = 0.25
"""Seconds between losing the subscription and taking it up again."""


class Waiters:
    """A subscription that breaks, or falls silent, is taken up again; then everybody looks at the store once more.

    What was published in between is gone, which is why they look.
    """

    def __init__(self, redis: Redis, *, silence: float = 1.0) -> None:
        """After `silence` seconds without a word the store is asked for one, and has as long again to say it."""
        self._redis = redis
        self._silence = silence
        self._events: dict[str, set[asyncio.Event]] = {}
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to listen."""
        self._task = asyncio.create_task(self._listen_for_ever())

    async def stop(self) -> None:
        """Stop listening; those who wait go on until their deadline."""
        await end(self._task)

    @contextmanager
    def waiting(self, event_id: str, woken: asyncio.Event | None = None) -> Iterator[asyncio.Event]:
        """An asyncio event, `woken` if given, that is set whenever there may be something new about `event_id`."""
        woken = woken or asyncio.Event()
        self._events.setdefault(event_id, set()).add(woken)
        try:
            yield woken
        finally:
            others = self._events[event_id]
            others.discard(woken)
            if not others:
                del self._events[event_id]

    def __len__(self) -> int:
        """How many events somebody waits for."""
        return len(self._events)

    async def _listen_for_ever(self) -> None:
        while True:
            try:
                async with self._redis.pubsub() as subscription:
                    await subscription.subscribe(keys.ANSWERED)
                    await self._listen(subscription)
            except Exception as error:  # noqa: BLE001  whatever it was, everybody who waits depends on this loop
                logger.warning("answer subscription lost, taking it up again", extra={"error": repr(error)})
                await asyncio.sleep(PAUSE)

    async def _listen(self, subscription: PubSub) -> None:
        asked = False
        while True:
            message = await subscription.get_message(timeout=self._silence)
            if message is not None:
                self._hear(message["type"], message["data"])
            elif asked:
                raise RedisConnectionError("the subscription has fallen silent")
            else:
                await subscription.ping()
            asked = message is None

    def _hear(self, type_: str, data: bytes | int) -> None:
        if type_ == "subscribe":
            self._wake_all()
        elif type_ == "message" and isinstance(data, bytes):
            self._wake(data.decode(errors="replace"))

    def _wake(self, event_id: str) -> None:
        for woken in self._events.get(event_id, ()):
            woken.set()

    def _wake_all(self) -> None:
        for event_id in self._events:
            self._wake(event_id)
