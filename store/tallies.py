"""How often what happened, day by day, over all processes: each adds what it has counted since it last did, in groups.

A process that dies takes what it counted in the last seconds with it, and a lost reply may count twice: these numbers
are for people who look at a page, and nothing is decided by them.
"""

from __future__ import annotations

import asyncio
import logging
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

from store import keys
from store.metrics import Count, Key, Spread

logger = logging.getLogger(__name__)

EVERY = 3.0
"""Seconds between two times that a process adds what it counted."""
KEPT = timedelta(days=31)
MOST = 0.95
"""The share of things that took no longer than what is told of how long they took."""
_BETWEEN = "\0"

Counts = Mapping[Key, int]
"""What was counted, such as `("rule", "ask_email", "ran")` → how often."""


class Tallies:
    """The counts of all processes."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def add(self, counts: Counts) -> None:
        """So many more of each, today."""
        seconds, micros = await self._redis.time()
        today = keys.TALLY + _day(datetime.fromtimestamp(int(seconds), UTC))
        async with self._redis.pipeline(transaction=True) as pipeline:
            for key, count in counts.items():
                pipeline.hincrby(today, _BETWEEN.join(key), count)
                pipeline.hset(keys.TALLY_LAST, _BETWEEN.join(key), str(int(seconds) * 1000 + int(micros) // 1000))
            pipeline.expire(today, KEPT)
            await pipeline.execute()

    async def days(self, count: int) -> list[tuple[str, Counter[Key]]]:
        """The last days, today first: each date and what was counted on it."""
        seconds, _ = await self._redis.time()
        now = datetime.fromtimestamp(int(seconds), UTC)
        dates = [_day(now - timedelta(days=ago)) for ago in range(count)]
        async with self._redis.pipeline(transaction=False) as pipeline:
            for date in dates:
                pipeline.hgetall(keys.TALLY + date)
            found = await pipeline.execute()
        return [(date, Counter(_numbers(fields))) for date, fields in zip(dates, found, strict=True)]

    async def last(self) -> dict[Key, int]:
        """When each was last counted, Unix milliseconds on the store's clock, to within a few seconds."""
        return _numbers(await self._redis.hgetall(keys.TALLY_LAST))  # type: ignore[misc]


def _day(moment: datetime) -> str:
    return moment.date().isoformat()


def _numbers(fields: Mapping[bytes, bytes]) -> dict[Key, int]:
    return {tuple(name.decode("utf-8", "replace").split(_BETWEEN)): int(value) for name, value in fields.items()}


@dataclass
class Tallyman:
    """Adds what one process counts for its metrics."""

    tallies: Tallies
    measures: Mapping[str, Count | Spread]
    """What each is told under: `rule` → the counter of what became of rules."""
    _told: Counter[Key] = field(default_factory=Counter)

    async def tell(self) -> None:
        """What came since the last time; when the store is away it is told later."""
        now = Counter(dict(self._read()))
        fresh = {key: count - self._told[key] for key, count in now.items() if count > self._told[key]}
        if not fresh:
            return
        try:
            await self.tallies.add(fresh)
        except (RedisError, OSError) as error:
            logger.debug("what was counted is told later", extra={"error": repr(error)})
        else:
            self._told = now

    async def tell_for_ever(self) -> None:
        """Until cancelled."""
        while True:
            await asyncio.sleep(EVERY)
            await self.tell()

    def _read(self) -> Iterator[tuple[Key, int]]:
        for name, measure in self.measures.items():
            if isinstance(measure, Count):
                for key, value in measure.values.items():
                    yield (name, *key), int(value)
            else:
                yield from _buckets(name, measure)


def _buckets(name: str, spread: Spread) -> Iterator[tuple[Key, int]]:
    """Each bucket by its upper bound in seconds."""
    bounds = [*(f"{bound:g}" for bound in spread.buckets), "more"]
    for key, (counts, _) in spread.values.items():
        for bound, count in zip(bounds, counts, strict=True):
            if count:
                yield (name, *key, bound), count


def within(counts: Counts, *key: str) -> float | None:
    """The seconds within which most of them were done, as an upper bound; None when there are none.

    `inf` where the slowest took longer than the largest bucket.
    """
    found = {_bound(each[-1]): count for each, count in counts.items() if each[:-1] == key}
    wanted, passed = sum(found.values()) * MOST, 0
    for bound in sorted(found):
        passed += found[bound]
        if passed >= wanted:
            return bound
    return None


def _bound(text: str) -> float:
    return float("inf") if text == "more" else float(text)
