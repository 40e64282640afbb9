"""How far each rule's schedule has come: one pointer a rule, moved on and fired from in a single write.

A pointer is the last due moment that was handled. Whoever moves it says where it stood, so of any number of workers
that see the same moment due, one makes the event and the others change nothing. All moments are Unix milliseconds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from redis.asyncio import Redis

from store import keys
from store.event import EVENT_ID_PREFIX
from store.events import Acceptance
from store.scripting import run


@dataclass(frozen=True)
class Pointer:
    """How far the schedule of one rule has come."""

    identity: str
    """Cron line and zone; with others it starts anew."""
    handled_ms: int
    """The last due moment that was handled, or when the schedule was first seen."""
    fired_ms: int = 0
    """The last due moment that became an event; 0 when none has yet."""
    event_id: str = ""
    """That event."""
    skipped: int = 0
    """How many due moments were dropped because nobody was there in time."""
    skipped_ms: int = 0
    """The last of these; 0 when there is none."""
    absent: bool = False
    """Whether a worker has found no rule for it."""


def firing_id(rule: str, due_ms: int) -> str:
    """An event id of the usual form that depends on nothing but the rule and the moment it is due."""
    digest = hashlib.sha256(f"schedule/{rule}/{due_ms}".encode()).hexdigest()
    return f"{EVENT_ID_PREFIX}{due_ms:012x}{digest[:20]}"


class Schedules:
    """The schedules of all rules."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def now_ms(self) -> int:
        """The store's clock."""
        seconds, micros = await self._redis.time()
        return int(seconds) * 1000 + int(micros) // 1000

    async def all(self) -> dict[str, Pointer]:
        """Every pointer, by the name of its rule."""
        names = sorted(name.decode() for name in await self._redis.smembers(keys.SCHEDULES))  # type: ignore[misc]
        async with self._redis.pipeline(transaction=False) as pipeline:
            for name in names:
                pipeline.hgetall(keys.SCHEDULE + name)
            found = await pipeline.execute()
        return {name: _pointer(fields) for name, fields in zip(names, found, strict=True) if fields}

    async def begin(self, rule: str, identity: str, now_ms: int) -> bool:
        """Start a schedule at this moment; False when it has begun already, and then it stays where it is."""
        return bool(await run(self._redis, "begin", rule, identity, now_ms))

    async def move(
        self,
        rule: str,
        pointer: Pointer,
        to_ms: int,
        *,
        skipped: Sequence[int] = (),
        firing: Acceptance | None = None,
    ) -> bool:
        """Move a pointer on over `skipped` moments, and make the event of the moment it arrives at, if it is given.

        False when somebody else has moved it, and then nothing was changed.
        """
        arguments = firing.arguments() if firing else []
        last = skipped[-1] if skipped else 0
        where = (rule, pointer.identity, pointer.handled_ms, to_ms)
        return bool(await run(self._redis, "fire", *where, len(skipped), last, *arguments))

    async def keep(self, rule: str) -> None:
        """Say that there is a rule for it, after another worker found none."""
        await self._redis.hdel(keys.SCHEDULE + rule, "absent")  # type: ignore[misc]

    async def retire(self, rule: str, now_ms: int, after: float) -> bool:
        """Say that there is no rule for it; True when that was said for `after` seconds and it is forgotten now."""
        return bool(await run(self._redis, "retire", rule, now_ms, round(after * 1000)))


def _pointer(fields: Mapping[bytes, bytes]) -> Pointer:
    return Pointer(
        identity=fields[b"identity"].decode(),
        handled_ms=int(fields[b"handled"]),
        fired_ms=int(fields.get(b"fired_at", 0)),
        event_id=fields.get(b"event", b"").decode(),
        skipped=int(fields.get(b"skipped", 0)),
        skipped_ms=int(fields.get(b"skipped_at", 0)),
        absent=b"absent" in fields,
    )
