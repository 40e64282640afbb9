"""Events: accepted in one atomic write, read back for workers and for people."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from redis.asyncio import Redis

from store import keys
from store.event import Event, Lane
from store.request import PLAIN, Request, payload_of
from store.scripting import Argument, run
from store.together import together

COMPRESS_FROM = 16_384
"""Bodies above this many bytes are kept compressed; smaller ones cost more time than they save room."""

DEDUP_MS = 72 * 3600 * 1000
"""How long a delivery is remembered as a duplicate of its first."""

_PLAIN, _PACKED = b"p", b"z"


@dataclass(frozen=True)
class Acceptance:
    """One event on its way into the store."""

    event: Event
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    lane: Lane = "background"
    due_in: float = 0.0
    """Seconds until the event's job may start."""
    deadline_in: float = 0.0
    """Seconds until the platform stops waiting; 0 when nobody waits."""
    stages: Mapping[str, float] = field(default_factory=dict)
    """Stage name → Unix time in milliseconds, as far as the receiver got."""
    request: Request = PLAIN

    def arguments(self) -> list[Argument]:
        """What `accept.lua` takes."""
        event = self.event
        dedup = f"{event.connection}:{event.dedup_key}" if event.dedup_key else ""
        return [
            event.id, self.lane, dedup, DEDUP_MS, round(self.due_in * 1000), max(0, round(self.deadline_in * 1000)),
            job_payload("event", event.id),
            "event", event.model_dump_json(exclude_unset=True),
            "body", pack(self.body),
            "headers", orjson.dumps(dict(self.headers)),
            "stages", orjson.dumps(dict(self.stages)),
            "connection", event.connection,
            "kind", event.kind,
            "call", event.call.id,
            *(("request", request) if (request := self.request.to_json()) else ()),
        ]  # fmt: skip


@dataclass(frozen=True)
class Accepted:
    """What became of an event: its id, or that of the delivery it repeats."""

    event_id: str
    duplicate: bool
    at_ms: int

    @classmethod
    def from_reply(cls, reply: list[Any]) -> Accepted:
        """Read the answer of `accept.lua`."""
        return cls(reply[1].decode(), reply[0] == b"duplicate", int(reply[2]))


@dataclass(frozen=True)
class StoredEvent:
    """An event as it is remembered."""

    event: Event
    body: bytes
    headers: Mapping[str, str]
    status: str
    """queued, waiting, done or dead."""
    received_ms: int
    deadline_ms: int
    """Unix milliseconds on the store's clock; 0 when nobody waits."""
    lane: str
    stages: Mapping[str, float]
    memory: dict[str, dict[str, Any]] | None = None
    """What rules see of memory, once one of them may have changed it."""
    request: Request = PLAIN


def job_payload(function: str, *arguments: str) -> bytes:
    """An arq job in our serialisation; the time it was enqueued is the score of its queue entry."""
    return orjson.dumps({"t": None, "f": function, "a": arguments, "k": {}, "et": 0})


def pack(body: bytes) -> bytes:
    """A body as it is stored: its first byte says whether it is compressed."""
    return _PACKED + zlib.compress(body, 1) if len(body) > COMPRESS_FROM else _PLAIN + body


def unpack(stored: bytes) -> bytes:
    """The body again, byte for byte."""
    return zlib.decompress(stored[1:]) if stored[:1] == _PACKED else stored[1:]


class Events:
    """The events of all connections."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def accept(self, acceptance: Acceptance) -> Accepted:
        """Store and enqueue one event unless it is a duplicate; asking again with the same id changes nothing."""
        return Accepted.from_reply(await run(self._redis, "accept", *acceptance.arguments()))

    async def get(self, event_id: str) -> StoredEvent | None:
        """The event with its raw payload parsed again, or None."""
        fields = await together(self._redis).ask("HGETALL", keys.EVENT + event_id)
        return _stored(fields) if fields else None

    async def statuses(self, event_ids: list[str]) -> list[str]:
        """The status of each event, empty for those that are not there."""
        async with self._redis.pipeline(transaction=False) as pipeline:
            for event_id in event_ids:
                pipeline.hget(keys.EVENT + event_id, "status")
            return [(found or b"").decode() for found in await pipeline.execute()]

    async def newest(self, count: int, *, batch: int = 200) -> AsyncIterator[StoredEvent]:
        """Events from the newest backwards, at most `count` of them."""
        seen = 0
        while seen < count:
            last = min(seen + batch, count) - 1
            ids = await self._redis.zrange(keys.EVENTS, seen, last, desc=True)
            if not ids:
                return
            for event_id in ids:
                stored = await self.get(event_id.decode())
                if stored:
                    yield stored
            seen += len(ids)

    async def count(self) -> int:
        """How many events are remembered."""
        return int(await self._redis.zcard(keys.EVENTS))

    async def trace(self, event_id: str) -> dict[str, Any]:
        """What was decided about the event: trace field → record."""
        fields = await self._redis.hgetall(keys.TRACE + event_id)  # type: ignore[misc]
        return {name.decode(): orjson.loads(value) for name, value in fields.items()}


def _stored(fields: Mapping[bytes, bytes]) -> StoredEvent:
    body, headers = unpack(fields[b"body"]), orjson.loads(fields[b"headers"])
    request = Request.from_json(fields.get(b"request"))
    event = Event.model_validate_json(fields[b"event"])
    event.raw = payload_of(body, headers, request)
    return StoredEvent(
        event=event,
        body=body,
        headers=headers,
        status=fields[b"status"].decode(),
        received_ms=int(fields[b"received"]),
        deadline_ms=int(fields[b"deadline"]),
        lane=fields[b"lane"].decode(),
        stages=orjson.loads(fields.get(b"stages") or b"{}"),
        memory=orjson.loads(fields.get(b"memory") or b"null"),
        request=request,
    )
