"""Memory: what rules remember about a call or a caller. An operation counts once, however often a step is repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson
from redis.asyncio import Redis

from store import keys
from store.scripting import run
from store.together import together


class Memory:
    """The memories of all calls and callers. A subject is `call:ID` or `caller:NUMBER`."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def set(self, subject: str, key: str, value: Any, ttl: float | None, operation: str) -> Any:
        """Remember any JSON value; `ttl` in seconds counts from the key's first write."""
        return await self._do(subject, "set", key, orjson.dumps(value), ttl, operation)

    async def add(self, subject: str, key: str, amount: float, ttl: float | None, operation: str) -> Any:
        """Add to a number that starts at 0; returns the sum."""
        return await self._do(subject, "add", key, repr(amount).encode(), ttl, operation)

    async def forget(self, subject: str, key: str, operation: str) -> Any:
        """Forget one key."""
        return await self._do(subject, "forget", key, b"null", None, operation)

    async def _do(self, subject: str, verb: str, key: str, value: bytes, ttl: float | None, operation: str) -> Any:
        milliseconds = 0 if ttl is None else round(ttl * 1000)
        return orjson.loads(await run(self._redis, "memory", subject, operation, verb, key, value, milliseconds))

    async def recall(self, subject: str) -> dict[str, Any]:
        """Everything remembered about a subject that has not run out."""
        fields: dict[bytes, bytes] = await together(self._redis).ask("HGETALL", keys.MEMORY + subject)
        return _still_known(fields, await self._redis.time()) if fields else {}

    async def recall_all(self, subjects: Sequence[str]) -> list[dict[str, Any]]:
        """The same of many subjects in one round trip, in the order asked for."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.time()
            for subject in subjects:
                pipeline.hgetall(keys.MEMORY + subject)
            time, *found = await pipeline.execute()
        return [_still_known(fields, time) for fields in found]


def _still_known(fields: Mapping[bytes, bytes], time: tuple[int, int]) -> dict[str, Any]:
    now = time[0] * 1000 + time[1] // 1000
    entries = {name.decode(): orjson.loads(entry) for name, entry in fields.items()}
    return {
        name: orjson.loads(entry["value"])
        for name, entry in entries.items()
        if not entry["until_ms"] or entry["until_ms"] > now
    }
