"""The backlog: how much is left to do, how full the store is, and how many events were asked to come later for it."""

from __future__ import annotations

from dataclasses import dataclass

from redis.asyncio import Redis

from store import keys
from store.scripting import run

REMEMBERED_S = 24 * 3600
"""Seconds without another refusal after which their count begins anew."""


MACHINE_SHARE = 0.5
"""How much of its machine a store without a limit of its own may use: while it writes its file anew it may take up to
twice what it holds, and others live there too."""
FEW = 1000
"""Events below which a store's size says little about the size of an event."""


@dataclass(frozen=True)
class Load:
    """What one look at the store showed."""

    jobs: int
    """Background jobs that are due and that no worker has taken up."""
    used: int = 0
    """Bytes."""
    room: int = 0
    """Bytes the store may use: its `maxmemory`, else a share of its machine; 0: nobody knows."""
    events: int = 0
    """How many are kept, unfinished ones among them."""
    has_limit: bool = True
    """Whether the store itself takes nothing more once `room` is used."""

    @property
    def share(self) -> float:
        """How much of its memory is used; 0.0 where nobody knows how much there is."""
        return self.share_with(0)

    def share_with(self, more: int) -> float:
        """The same with so many events more, each as large as those that are there."""
        each = self.used / self.events if self.events >= FEW else 0.0
        return (self.used + more * each) / self.room if self.room else 0.0


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
        jobs, used, limit, machine, events = map(int, await run(self._redis, "backlog"))
        return Load(jobs, used, limit or round(machine * MACHINE_SHARE), events, bool(limit))

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
