"""Rates: places in a sliding window, counted over all processes."""

from __future__ import annotations

from redis.asyncio import Redis

from store.scripting import run


class Rates:
    """Who may go now, and how long others wait."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def wait_for(self, key: str, limit: int, window: float) -> float:
        """Take one of `limit` places in `window` seconds: 0.0 when taken, else the seconds until one is free."""
        return int(await run(self._redis, "take", key, limit, round(window * 1000))) / 1000
