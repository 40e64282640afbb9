"""The last good version of every rule, by its name: what stays in force when a file is wrong, also after a restart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from redis.asyncio import Redis

from store import keys


class LastGood:
    """Rule documents by the rule's name."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def keep(self, documents: Mapping[str, bytes], removed: Iterable[str] = ()) -> None:
        """Remember these, and forget rules whose file was deleted."""
        gone = list(removed)
        async with self._redis.pipeline(transaction=True) as pipeline:
            if documents:
                pipeline.hset(keys.LAST_GOOD, mapping=dict(documents))
            if gone:
                pipeline.hdel(keys.LAST_GOOD, *gone)
            await pipeline.execute()

    async def names(self) -> set[str]:
        """The rules that are remembered."""
        return {name.decode() for name in await self._redis.hkeys(keys.LAST_GOOD)}  # type: ignore[misc]

    async def all(self) -> list[bytes]:
        """Every document that is remembered."""
        found: list[bytes] = await self._redis.hvals(keys.LAST_GOOD)  # type: ignore[misc]
        return found
