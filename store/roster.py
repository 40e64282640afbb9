"""Which rules each worker has in force and which files it refuses: a note a worker, gone soon after the worker is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
from redis.asyncio import Redis

from store import keys

LASTS = 15.0
"""Seconds after which the note of a worker that gives no sign of life is gone."""


@dataclass(frozen=True)
class Note:
    """What one worker says of itself."""

    rules: frozenset[str] = frozenset()
    """Names of the rules it has in force, last good versions too."""
    refused: Mapping[str, str] = field(default_factory=dict)
    """Rule → the first finding of its file, which stops the file as it is now from being in force."""
    follows: bool = False
    """Whether it watches its rules folder by now, so that no change passes it by."""

    def to_json(self) -> bytes:
        """As it is stored."""
        return orjson.dumps({"rules": sorted(self.rules), "refused": dict(self.refused), "follows": self.follows})

    @classmethod
    def of_json(cls, kept: bytes) -> Note:
        """The other direction."""
        told = orjson.loads(kept)
        return cls(frozenset(told["rules"]), told["refused"], told["follows"])


class Roster:
    """The notes of all workers, by the worker's name."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def write(self, worker: str, note: Note) -> None:
        """Write a worker's note, or replace it."""
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.sadd(keys.ROSTER, worker)
            pipeline.set(keys.NOTE + worker, note.to_json(), px=round(LASTS * 1000))
            await pipeline.execute()

    async def renew(self, worker: str) -> bool:
        """Let a note last longer; False when there is none any more."""
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.sadd(keys.ROSTER, worker)
            pipeline.pexpire(keys.NOTE + worker, round(LASTS * 1000))
            _, there = await pipeline.execute()
        return bool(there)

    async def drop(self, worker: str) -> None:
        """A worker has stopped."""
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.srem(keys.ROSTER, worker)
            pipeline.delete(keys.NOTE + worker)
            await pipeline.execute()

    async def all(self) -> dict[str, Note]:
        """Every worker that is alive and has said what it has in force; names of others are forgotten here."""
        names = sorted(name.decode() for name in await self._redis.smembers(keys.ROSTER))  # type: ignore[misc]
        kept = await self._redis.mget([keys.NOTE + name for name in names]) if names else []
        found = dict(zip(names, kept, strict=True))
        gone = [name for name, note in found.items() if note is None]
        if gone:
            await self._redis.srem(keys.ROSTER, *gone)  # type: ignore[misc]
        return {name: Note.of_json(note) for name, note in found.items() if note is not None}
