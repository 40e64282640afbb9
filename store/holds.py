"""Holds: the places that `limit`, `once` and `concurrency` hand out, counted over all workers.

A place belongs to a run: a run that resumes keeps its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from redis.asyncio import Redis

from store import keys
from store.runs import RunId
from store.scripting import run

Kind = Literal["limit", "once", "concurrency"]


@dataclass(frozen=True)
class Hold:
    """One thing a rule asks for before it acts."""

    kind: Kind
    rule: str
    key: str
    count: int = 1
    per: float = 0.0
    """Seconds a limit's place is taken, or a once holds; 0 for ever."""
    restart: bool = False
    """The newest run takes the place of the oldest."""

    @property
    def name(self) -> str:
        """Where its places are counted."""
        return f"{self.kind}:{self.rule}:{self.key}"


class Holds:
    """The places of all rules."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def take(self, hold: Hold, run_id: RunId) -> float | None:
        """0.0 when the run has its place, seconds until it is worth asking again, or None when it never will."""
        wait = await run(
            self._redis, "hold", hold.kind, hold.name, str(run_id), run_id.event_id, hold.count,
            round(hold.per * 1000), int(hold.restart),
        )  # fmt: skip
        return None if int(wait) < 0 else int(wait) / 1000

    async def has(self, hold: Hold, run_id: RunId) -> bool:
        """Whether a run still has its place in a concurrency; a restart takes it away."""
        place: bytes | None = await self._redis.hget(keys.HOLD + hold.name, str(run_id))  # type: ignore[misc]
        return place is not None and not place.startswith(b"replaced ")

    async def give_back(self, hold: Hold, run_id: RunId) -> None:
        """The run is over; only a concurrency's place comes free by that."""
        await self._redis.hdel(keys.HOLD + hold.name, str(run_id))  # type: ignore[misc]
