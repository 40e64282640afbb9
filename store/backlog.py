"""The backlog: how much is left to do, how full the store is, and how many events were asked to come later for it."""

from __future__ import annotations

from dataclasses import dataclass

from redis.asyncio import Redis

from store import keys
from store.scripting import run

REMEMBERED_S = 24 * 3600
"""Seconds without another refusal after which their count begins anew."""


@dataclass(frozen=True)
class Load:
    """What one look at the store showed."""

    jobs: int
    """Background jobs that are due and that no worker has taken up."""
    used: int = 0
    """Bytes."""
    room: int = 0
    """Bytes the store may use; 0: nobody has said."""

    @property
    def share(self) -> float:
        """How much of its memory is used; 0.0 where it has no limit."""
        return self.used / self.room if self.room else 0.0


@dataclass(frozen=True)
class Refusals:
    """Events that were asked to come later."""

    count: int = 0
    last_ms: int = 0
    """Unix milliseconds on the store's clock."""


class Backlog:
    """What is left to do, over all processes."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def look(self) -> Load:
        """The load at this moment."""
        return Load(*map(int, await run(self._redis, "backlog")))

    async def add_refusals(self, count: int) -> None:
        """Remember that so many more events were asked to come later."""
        seconds, microseconds = await self._redis.time()
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.hincrby(keys.REFUSED, "count", count)
            pipeline.hset(keys.REFUSED, "last", str(seconds * 1000 + microseconds // 1000))
            pipeline.expire(keys.REFUSED, REMEMBERED_S)
            await pipeline.execute()

    async def refusals(self) -> Refusals:
        """How many events were asked to come later, until there was none for a day."""
        fields: dict[bytes, bytes] = await self._redis.hgetall(keys.REFUSED)  # type: ignore[misc]
        return Refusals(int(fields.get(b"count", 0)), int(fields.get(b"last", 0)))
