"""Spending: the places under a ceiling, counted for each connection over all workers.

A place belongs to an operation (a step of a run, or one item of it): however often that is tried or resumed, it takes
one place, which counts from its last try.
"""

from __future__ import annotations

from redis.asyncio import Redis

from store import keys
from store.ceilings import Ceiling, Cost
from store.scripting import run


class Spending:
    """Who may still do what costs money, and how much was done."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def take(self, connection: str, cost: Cost, ceiling: Ceiling, operation: str) -> float:
        """0.0 when the operation has its place, else the seconds until one is free."""
        name = _name(connection, cost)
        return int(await run(self._redis, "spend", name, operation, ceiling.count, round(ceiling.per * 1000))) / 1000

    async def give_back(self, connection: str, cost: Cost, operation: str) -> None:
        """The operation has certainly cost nothing."""
        await self._redis.zrem(keys.SPENT + _name(connection, cost), operation)

    async def used(self, connection: str, cost: Cost, ceiling: Ceiling) -> int:
        """How many places are taken now."""
        now, microseconds = await self._redis.time()
        begin = now * 1000 + microseconds // 1000 - round(ceiling.per * 1000)
        return int(await self._redis.zcount(keys.SPENT + _name(connection, cost), f"({begin}", "+inf"))


def _name(connection: str, cost: Cost) -> str:
    return f"{cost}:{connection}"
