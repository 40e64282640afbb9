"""Events: accepted in one atomic write, read back for workers and for people."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from redis.asyncio import Redis

from store import keys
from store.calls import call_name, thread_of
from store.event import Event, Lane
from store.request import PLAIN, Request, payload_of, stands_plainly
from store.scripting import Argument, run
from store.spans import traceparent
from store.together import together

COMPRESS_FROM = 16_384
"""Bodies above this many bytes are kept compressed; smaller ones cost more time than they save room."""

DEDUP_MS = 72 * 3600 * 1000
"""How long a delivery is remembered as a duplicate of its first."""

BUNDLE = "bundle:"
"""What the name of a trace's field begins with that holds many records."""

_PLAIN, _PACKED = b"p", b"z"
_BUNDLE = BUNDLE.encode()
_RUN = b"run:"
"""What the fields begin with that say which runs an event has."""


@dataclass(slots=True)
class Acceptance:
    """One event on its way into the store."""

    event: Event
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    stages: Mapping[str, float] = field(default_factory=dict)
    """Stage name → Unix time in milliseconds, as far as the receiver got."""
    request: Request = PLAIN
    lane: Lane = "background"
    due_in: float = 0.0
    """Seconds until the event's job may start."""
    deadline_in: float = 0.0
    """Seconds until the platform stops waiting; 0 when nobody waits."""
    traceparent: str = field(default_factory=traceparent)
    """The span it was accepted in, for those who go on with it; empty when nothing is traced."""

    def written_event(self) -> bytes:
        """The event as it is kept beside its body."""
        once = self.event.conversation is None or stands_plainly(self.body, self.headers)
        return self.event.to_json(with_body=once)

    def arguments(self) -> list[Argument]:
        """What `accept.lua` takes."""
        event = self.event
        dedup = f"{event.connection}:{event.dedup_key}" if event.dedup_key else ""
        call, thread = event.call.id, thread_of(event)
        return [
            event.id, self.lane, dedup, DEDUP_MS, round(self.due_in * 1000), max(0, round(self.deadline_in * 1000)),
            job_payload("event", event.id), call_name(event.connection, call), call_name(event.connection, thread),
            "event", self.written_event(),
            "body", pack(self.body),
            "headers", orjson.dumps(dict(self.headers)),
            "stages", orjson.dumps(dict(self.stages)),
            "connection", event.connection,
            "kind", event.kind,
            "call", call,
            *(("thread", thread) if thread else ()),
            *(("recovered", 1) if event.recovered else ()),
            *(("request", request) if (request := self.request.to_json()) else ()),
            *(("traceparent", self.traceparent) if self.traceparent else ()),
        ]  # fmt: skip


@dataclass(slots=True)
class Accepted:
    """What became of an event: its id, or that of the delivery it repeats."""

    event_id: str
    duplicate: bool
    at_ms: int

    @classmethod
    def from_reply(cls, reply: list[Any]) -> Accepted:
        """Read the answer of `accept.lua`."""
        return cls(reply[1].decode(), reply[0] == b"duplicate", int(reply[2]))


@dataclass(slots=True)
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
    runs: frozenset[str] = frozenset()
    """The runs that have begun on it, each by its rule, and the tool call it is for: `rule` or `rule/tool`."""


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
        """Store and enqueue one event unless it is a duplicate; asking again with the same id changes nothing.

        Events that somebody waits for leave first, however many others there are.
        """
        patient = not acceptance.event.waits
        return Accepted.from_reply(await run(self._redis, "accept", *acceptance.arguments(), patient=patient))

    async def accept_spooled(self, acceptance: Acceptance) -> Accepted:
        """The same for an event whose id was given away already: where it is a duplicate, its id leads to the first."""
        accepted = await self.accept(acceptance)
        if accepted.duplicate:
            await self._redis.set(keys.ALIAS + acceptance.event.id, accepted.event_id, px=DEDUP_MS)
        return accepted

    async def get(self, event_id: str) -> StoredEvent | None:
        """The event with its raw payload parsed again, or None. For an acknowledged repetition it is the first one."""
        company = together(self._redis)
        fields = await company.ask("HGETALL", keys.EVENT + event_id)
        if not fields and (first := await company.ask("GET", keys.ALIAS + event_id)):
            fields = await company.ask("HGETALL", keys.EVENT + first.decode())
        return whole(read_event(fields)) if fields else None

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
        return read_trace(await self._redis.hgetall(keys.TRACE + event_id))  # type: ignore[misc]


def bundled(job_id: str, records: Mapping[str, Any]) -> dict[str, bytes]:
    """Many records of one job as one field of the trace: they are read as if each had a field of its own."""
    return {BUNDLE + job_id: pack(orjson.dumps(records))}


def read_trace(fields: Mapping[bytes, bytes]) -> dict[str, Any]:
    """A trace from the fields of its hash."""
    trace: dict[str, Any] = {}
    for name, value in fields.items():
        if name.startswith(_BUNDLE):
            trace = orjson.loads(unpack(value)) | trace
        else:
            trace[name.decode()] = orjson.loads(value)
    return trace


def whole(stored: StoredEvent) -> StoredEvent:
    """With everything that may be read from its body."""
    stored.event.whole().payload()
    return stored


def read_event(fields: Mapping[bytes, bytes]) -> StoredEvent:
    """An event from the fields of its hash; it may have to be asked for the `whole` of it."""
    body, headers = unpack(fields[b"body"]), orjson.loads(fields[b"headers"])
    request = Request.from_json(fields.get(b"request"))
    event = Event.model_validate_json(fields[b"event"])
    event.unread = lambda: payload_of(body, headers, request)
    return StoredEvent(
        event=event,
        body=body,
        headers=headers,
        status=fields[b"status"].decode(),
        received_ms=int(fields[b"received"]),
        deadline_ms=int(fields[b"deadline"]),
        lane=fields[b"lane"].decode(),
        stages=orjson.loads(fields.get(b"stages") or b"{}"),
        memory=orjson.loads(memory) if (memory := fields.get(b"memory")) else None,
        request=request,
        runs=frozenset(name[len(_RUN) :].decode() for name in fields if name.startswith(_RUN)),
    )
