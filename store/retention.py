"""Retention: what is over is removed by age and by count, whole. Unfinished work stays, however old it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson
from redis.asyncio import Redis

from store import keys
from store.backlog import Load
from store.scripting import run

BATCH = 100
"""How many events one script looks at, so that nobody else waits long for the store."""
SPARE_MS = 3_600_000
"""Milliseconds that a version of a rule is kept without a run: longer than a run takes to begin."""


@dataclass(frozen=True)
class Bounds:
    """What may go, as seen from one moment. All moments are Unix milliseconds on the store's clock."""

    before_ms: int
    """Events that came in and were done before are old; 0: none is."""
    most: int = 0
    """How many events are kept, the oldest go first; 0: all."""
    connections: Mapping[str, int] = field(default_factory=dict)
    """The moment for events of connections with one of their own."""


@dataclass(frozen=True)
class Keep:
    """How long and how many; 0 is for ever, or without a limit."""

    seconds: float = 0.0
    events: int = 0
    connections: Mapping[str, float] = field(default_factory=dict)
    """Seconds for events of connections that say so themselves."""
    share: float = 0.0
    """How much of the store's memory may be used before the oldest events go ahead of their time."""

    def bounds(self, now_ms: int, load: Load | None = None) -> Bounds:
        """What may go at this moment, of a store that is so full."""
        own = {name: _ago(now_ms, seconds) for name, seconds in self.connections.items()}
        return Bounds(_ago(now_ms, self.seconds), self._most(load), own)

    def is_exceeded(self, load: Load) -> bool:
        """Whether the store holds more than it should."""
        return bool(self.share) and load.share > self.share

    def _most(self, load: Load | None) -> int:
        if load is None or not self.is_exceeded(load):
            return self.events
        fit = max(1, int(load.events * self.share / load.share))
        return min(fit, self.events) if self.events else fit


def _ago(now_ms: int, seconds: float) -> int:
    return max(0, round(now_ms - seconds * 1000)) if seconds else 0


@dataclass
class Walk:
    """How far one pass over the events has come."""

    rank: int = 0
    removed: int = 0
    over: bool = False
    relieved: bool = False
    """Whether events went ahead of their time."""


class Retention:
    """Removes what is over."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def step(self, walk: Walk, bounds: Bounds) -> None:
        """Look at the next events of a pass, oldest first, and remove those that may go."""
        age = orjson.dumps({"before": bounds.before_ms, "connections": dict(bounds.connections)})
        looked, removed = map(int, await run(self._redis, "remove", walk.rank, BATCH, bounds.most, age))
        walk.rank += looked - removed
        walk.removed += removed
        walk.over = looked < BATCH

    async def whole_pass(self, bounds: Bounds) -> int:
        """Everything that may go; how many events."""
        walk = Walk()
        while not walk.over:
            await self.step(walk, bounds)
        return walk.removed

    async def forget_versions(self, now_ms: int) -> int:
        """Remove versions of rules that no remembered run began with; how many."""
        return int(await run(self._redis, "forget_versions", now_ms - SPARE_MS, BATCH))

    async def oldest_ms(self) -> int | None:
        """When the oldest event came in; None when there is none."""
        found = await self._redis.zrange(keys.EVENTS, 0, 0, withscores=True)
        return int(found[0][1]) if found else None

    async def now_ms(self) -> int:
        """The store's clock."""
        seconds, microseconds = await self._redis.time()
        return int(seconds) * 1000 + int(microseconds) // 1000
