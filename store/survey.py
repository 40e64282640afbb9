"""The events of a span of time, a page at a time and only as much of each as is asked for."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import orjson
from redis.asyncio import Redis

from store import keys
from store.event import Event
from store.events import unpack
from store.request import Request, payload_of
from store.scripting import run

PAGE = 500


@dataclass(frozen=True)
class Span:
    """Which events are meant."""

    from_ms: int = 0
    """Unix milliseconds on the store's clock, as all moments here."""
    to_ms: int | None = None
    connections: frozenset[str] = frozenset()
    """Empty for all."""
    kinds: frozenset[str] = frozenset()
    """Empty for all."""

    @property
    def end(self) -> str:
        """As the store takes it."""
        return "+inf" if self.to_ms is None else str(self.to_ms)


@dataclass(frozen=True)
class PastEvent:
    """An event as it came in, read as far as somebody looks. When bodies were not asked for its payload is empty, and
    what is kept there alone is missing: `FROM_BODY` in `store.visible` are the names of both."""

    received_ms: int
    kept: bytes = field(repr=False)
    kept_memory: bytes | None = field(repr=False)
    kept_body: bytes | None = field(repr=False)
    kept_headers: bytes = field(default=b"{}", repr=False)
    kept_request: bytes | None = field(default=None, repr=False)

    @cached_property
    def document(self) -> dict[str, Any]:
        """The normalised event as JSON, without the fields that are at their default."""
        document: dict[str, Any] = orjson.loads(self.kept)
        return document

    @cached_property
    def event(self) -> Event:
        """The normalised event, payload and all."""
        event = Event.model_validate_json(self.kept)
        event.raw = self.payload()
        return event if self.kept_body is None else event.whole()

    def payload(self) -> dict[str, Any]:
        """The platform's own payload."""
        if self.kept_body is None:
            return {}
        request = Request.from_json(self.kept_request)
        return payload_of(unpack(self.kept_body), orjson.loads(self.kept_headers), request)

    @cached_property
    def memory(self) -> dict[str, dict[str, Any]] | None:
        """What rules see of memory, once one of them may have changed it."""
        found: dict[str, dict[str, Any]] | None = orjson.loads(self.kept_memory) if self.kept_memory else None
        return found


@dataclass(frozen=True)
class Page:
    """Some events of a span."""

    looked_at: int
    """How many the store looked at for it."""
    matching: int
    """How many of them are of the span's connections and kinds."""
    events: Sequence[PastEvent]
    """Those that were wanted."""


async def count(redis: Redis, span: Span) -> int:
    """How many events were received in the span's time, of whatever connection and kind."""
    return int(await redis.zcount(keys.EVENTS, span.from_ms, span.end))


async def pages(
    redis: Redis, span: Span, *, wanted: Collection[str] | None = None, bodies: bool = True, size: int = PAGE
) -> AsyncIterator[Page]:
    """The span's events, oldest first, one round trip a page; of other kinds than the wanted ones only the number."""
    fields = ["event", "memory", *(["body", "headers", "request"] if bodies else [])]
    named = {"connections": span.connections or None, "kinds": span.kinds or None, "wanted": wanted}
    tables = {name: dict.fromkeys(names, True) for name, names in named.items() if names is not None}
    asked = orjson.dumps({"fields": fields, **tables})
    moment, passed = str(span.from_ms), 0
    while moment:
        answer = await run(redis, "survey", moment, span.end, passed, size, asked)
        moment, passed = answer[0].decode(), int(answer[1])
        yield Page(int(answer[2]), int(answer[3]), [_past(*row) for row in answer[4]])


def _past(received: bytes, document: bytes, memory: bytes | None, body: bytes | None = None, *sent: bytes) -> PastEvent:
    return PastEvent(int(received), document, memory, body, *sent)
