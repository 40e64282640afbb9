"""Calls: which events belong to each, and which calls were heard of last.

A platform's API may know conversations rather than calls. Such a conversation is found by its own id, beside the call.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from redis.asyncio import Redis

from store import keys
from store.event import Event
from store.scripting import run

THREADS: Mapping[str, str] = {"opencx": "session_id"}
"""Platforms whose API knows conversations → where the id of one stands in `call.metadata`."""
BATCH = 100
"""Calls that one script looks up."""


@dataclass(frozen=True)
class Heard:
    """One event of a call."""

    event_id: str
    kind: str
    received_ms: int
    recovered: bool
    """Whether the platform was asked for it."""


@dataclass(frozen=True)
class SeenCall:
    """A call, or a conversation where no call was named."""

    connection: str
    id: str
    last_ms: int
    """When its last event was received."""


def call_name(connection: str, call: str) -> str:
    """What a call goes by; empty without an id."""
    return f"{connection}:{call}" if call else ""


def thread_of(event: Event) -> str:
    """The conversation that the event's call is part of; empty where the platform knows calls."""
    found = event.call.metadata.get(THREADS.get(event.provider, ""), "")
    return found if isinstance(found, str) else ""


class Calls:
    """The calls of all connections."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def events_of(self, connection: str, call: str) -> list[str]:
        """The ids of a call's events, the oldest first."""
        found = await self._redis.zrange(keys.CALL + call_name(connection, call), 0, -1)
        return [event_id.decode() for event_id in found]

    async def newest(self, count: int, before_ms: int | None = None) -> list[SeenCall]:
        """At most so many calls, the one with the newest event first; only those heard of before a moment, if given."""
        end = "+inf" if before_ms is None else f"({before_ms}"
        found = await self._redis.zrevrangebyscore(keys.CALLS, end, "-inf", start=0, num=count, withscores=True)
        return [_seen(name.decode(), int(last)) for name, last in found]

    async def known(self, connection: str, calls: Sequence[str]) -> dict[str, tuple[Heard, ...]]:
        """What was received of each of these calls, the oldest first; empty for one that was never heard of."""
        heard: dict[str, tuple[Heard, ...]] = {}
        for at in range(0, len(calls), BATCH):
            asked = calls[at : at + BATCH]
            found = await run(self._redis, "known", *(call_name(connection, call) for call in asked))
            heard |= {call: tuple(_heard(entry) for entry in each) for call, each in zip(asked, found, strict=True)}
        return heard

    async def complete_later(self, event: Event, call: str, due_in: float) -> bool:
        """See to it that what the platform knows of a call is fetched; False when that is under way.

        It is due after `due_in` seconds, or sooner if it was due sooner already. The work belongs to the event.
        """
        name = call_name(event.connection, call)
        return bool(await run(self._redis, "complete", name, event.id, round(due_in * 1000)))

    async def note(self, event_id: str, trace: Mapping[str, bytes]) -> None:
        """What is known so far of an event's completion, for its trace."""
        await self._redis.hset(keys.TRACE + event_id, mapping=dict(trace))  # type: ignore[misc]


def _seen(name: str, last_ms: int) -> SeenCall:
    connection, _, call = name.partition(":")
    return SeenCall(connection, call, last_ms)


def _heard(entry: list[bytes]) -> Heard:
    event_id, kind, received, recovered = entry
    return Heard(event_id.decode(), kind.decode(), int(received), recovered == b"1")
