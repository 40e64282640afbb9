"""Comparisons of what was received with the platforms' own lists: asked for, done by a worker, and told about."""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from redis.asyncio import Redis

from store import keys
from store.scripting import run

KEPT = 7 * 24 * 3600
"""Seconds that a comparison is remembered."""


@dataclass(frozen=True)
class Comparison:
    """One of them."""

    id: str
    request: Mapping[str, Any]
    report: Mapping[str, Any] | None
    """None while it is not over."""


class Reconciles:
    """All comparisons."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def ask(self, request: Mapping[str, Any]) -> str:
        """Let a worker compare; the id by which its report is found."""
        comparison = secrets.token_hex(8)
        await run(self._redis, "reconcile", comparison, orjson.dumps(dict(request)), KEPT * 1000)
        return comparison

    async def get(self, comparison: str) -> Comparison | None:
        """One by its id; None when it is forgotten."""
        key = keys.RECONCILE + comparison
        request, report = await self._redis.hmget(key, ["request", "report"])  # type: ignore[misc]
        if request is None:
            return None
        return Comparison(comparison, orjson.loads(request), None if report is None else orjson.loads(report))

    async def is_open(self, comparison: str) -> bool:
        """Whether some worker is to do it, or is at it."""
        return await self._redis.zscore(keys.OPEN, keys.RECONCILE_JOB_PREFIX + comparison) is not None

    async def tell(self, comparison: str, report: Mapping[str, Any]) -> None:
        """It is over, and this came of it."""
        key = keys.RECONCILE + comparison
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.hset(key, "report", orjson.dumps(report).decode())
            pipeline.expire(key, KEPT)
            await pipeline.execute()

    async def keep_last(self, found: Mapping[str, Mapping[str, Any]]) -> None:
        """What was found, by connection, in place of what was before."""
        if found:
            told = {name: orjson.dumps(record) for name, record in found.items()}
            await self._redis.hset(keys.RECONCILED, mapping=told)  # type: ignore[misc]

    async def last(self) -> dict[str, dict[str, Any]]:
        """What was found last, by connection."""
        found = await self._redis.hgetall(keys.RECONCILED)  # type: ignore[misc]
        return {name.decode(): orjson.loads(record) for name, record in found.items()}

    async def connected_since(self, connections: Iterable[str], now_ms: int) -> dict[str, int]:
        """Since when (Unix ms) each connection is known; one that was not is known from now on."""
        names = list(connections)
        if not names:
            return {}
        async with self._redis.pipeline(transaction=False) as pipeline:
            for name in names:
                pipeline.hsetnx(keys.CONNECTED, name, str(now_ms))
            pipeline.hmget(keys.CONNECTED, names)
            *_, found = await pipeline.execute()
        return {name: int(since) for name, since in zip(names, found, strict=True)}
