"""Pauses: rules and connections that people have stopped for a while, and the runs that wait for them to go on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import orjson
from redis.asyncio import Redis

from store import keys
from store.runs import RunId
from store.scripting import run

EVERYTHING = "all"
BATCH = 500
"""How many runs one script looks at, so that nobody else waits long for the store."""


@dataclass(frozen=True)
class Pause:
    """One thing that is paused."""

    scope: str
    """`all`, `rule:NAME` or `connection:NAME`."""
    by: str
    why: str
    since_ms: int
    """Unix milliseconds on the store's clock."""

    def to_json(self) -> bytes:
        """As it is stored."""
        return orjson.dumps({"by": self.by, "why": self.why, "since_ms": self.since_ms})


@dataclass(frozen=True)
class Lifted:
    """What came of lifting a pause."""

    found: bool
    """False when there was no such pause."""
    runs: int = 0
    """How many runs go on, or were ended."""


def scopes(rule: str, connection: str) -> tuple[str, str, str]:
    """Every pause that would cover a rule's runs for events of a connection."""
    return EVERYTHING, f"rule:{rule}", f"connection:{connection}"


def covering(pauses: Mapping[str, Pause], rule: str, connection: str) -> Pause | None:
    """The pause that covers a rule's runs for events of a connection, the widest one first."""
    return next((pauses[scope] for scope in scopes(rule, connection) if scope in pauses), None)


class Pauses:
    """Everything that is paused."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def all(self) -> dict[str, Pause]:
        """Scope → pause."""
        found: dict[bytes, bytes] = await self._redis.hgetall(keys.PAUSES)  # type: ignore[misc]
        return {scope.decode(): Pause(scope.decode(), **orjson.loads(told)) for scope, told in sorted(found.items())}

    async def begin(self, scope: str, by: str, why: str = "") -> Pause:
        """Pause it; when it is paused already, only who says so and why are new."""
        before = (await self.all()).get(scope)
        seconds, microseconds = await self._redis.time()
        since = before.since_ms if before else seconds * 1000 + microseconds // 1000
        pause = Pause(scope, by, why, since)
        await self._redis.hset(keys.PAUSES, scope, pause.to_json())  # type: ignore[misc, arg-type]
        return pause

    async def resume(self, scope: str) -> Lifted:
        """Lift it: the runs that no other pause covers go on where they stopped."""
        if scope not in await self.all():
            return Lifted(found=False)
        _, first = await self._look(scope, 0, lift=True, ends=False)
        return Lifted(found=True, runs=first + await self.let_go())

    async def drop(self, scope: str, by: str) -> Lifted:
        """Lift it and end the runs that no other pause covers; their events and traces stay."""
        if scope not in await self.all():
            return Lifted(found=False)
        ended = await self._walk(scope, ends=True, by=by)
        newest = max(0, await self.count() - BATCH)
        _, last = await self._look(scope, newest, lift=True, ends=True, by=by)
        return Lifted(found=True, runs=ended + last)

    async def let_go(self) -> int:
        """Make due whatever no pause covers, also what was left behind by somebody who died over it; how many."""
        if await self._redis.hexists(keys.PAUSES, EVERYTHING):  # type: ignore[misc]
            return 0
        return await self._walk("", ends=False)

    async def held(self, pauses: Iterable[Pause]) -> dict[str, int]:
        """How many runs each of these pauses covers."""
        counts = {pause.scope: 0 for pause in pauses}
        for start in range(0, await self.count(), BATCH):
            for rule, connection in await self._held(start):
                for scope in counts.keys() & set(scopes(rule, connection)):
                    counts[scope] += 1
        return counts

    async def count(self) -> int:
        """How many runs wait."""
        return int(await self._redis.zcard(keys.PAUSED_RUNS))

    async def _held(self, start: int) -> list[tuple[str, str]]:
        """Rule and connection of some of the runs that wait."""
        jobs = await self._redis.zrange(keys.PAUSED_RUNS, start, start + BATCH - 1)
        runs = [RunId.parse(job.decode()) for job in jobs]
        async with self._redis.pipeline(transaction=False) as pipeline:
            for run_id in runs:
                pipeline.hget(keys.EVENT + run_id.event_id, "connection")
            connections = await pipeline.execute()
        return [(run_id.rule, (name or b"").decode()) for run_id, name in zip(runs, connections, strict=True)]

    async def _walk(self, scope: str, *, ends: bool, by: str = "") -> int:
        """Look at every run that waits; those that stay are passed over."""
        offset, touched = 0, 0
        while True:
            looked, changed = await self._look(scope, offset, lift=False, ends=ends, by=by)
            offset += looked - changed
            touched += changed
            if looked < BATCH:
                return touched

    async def _look(self, scope: str, offset: int, *, lift: bool, ends: bool, by: str = "") -> tuple[int, int]:
        note = orjson.dumps({"by": by})
        looked, touched = await run(self._redis, "unpause", scope, int(lift), int(ends), offset, BATCH, note)
        return int(looked), int(touched)
