"""Rates: places in a sliding window, counted over all processes."""

from __future__ import annotations

from redis.asyncio import Redis

from store.scripting import run


class Rates:
    """Who may go now, and how long others wait."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def wait_for(self, key: str, limit: int, window: float, who: str = "") -> float:
        """Take one of `limit` places in `window` seconds: 0.0 when taken, else the seconds until one is free.

        Who gives a name has a turn at that moment, before anybody who comes anew. With a limit of 0 nothing is counted,
        and only a rest holds back.
        """
        return int(await run(self._redis, "take", key, limit, round(window * 1000), who)) / 1000

    async def rest(self, key: str, seconds: float) -> None:
        """Nobody gets a place of this key for so long, whatever is free."""
        await run(self._redis, "rest", key, max(1, round(seconds * 1000)))
