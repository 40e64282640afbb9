"""A delivery tried on a connection: which proof holds, which events it becomes, what the platform would hear."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from receiver.auth import BadSignature
from receiver.delivery import Delivery
from receiver.providers import provider_for
from receiver.providers.base import Provider
from receiver.raw import RawDelivery
from store.connections import Connection
from store.event import KINDS, Event
from store.visible import visible


@dataclass(frozen=True)
class Tried:
    """What came of it."""

    connection: Connection
    provider: Provider
    raw: RawDelivery
    auth: Sequence[dict[str, Any]]
    events: Sequence[Event]

    def record(self) -> dict[str, Any]:
        """As JSON, with the names that rules use."""
        return {"auth": list(self.auth), "events": [self._event(event) for event in self.events]}

    def numbers(self) -> tuple[str, ...]:
        """Phone numbers that are masked in a listing."""
        return tuple(number for event in self.events for number in (event.call.from_, event.call.to) if number)

    def _event(self, event: Event) -> dict[str, Any]:
        return {
            "kind": event.kind,
            "native": event.native,
            "problem": event.problem,
            "occurred_at": event.occurred_at.isoformat() if event.occurred_at else None,
            "dedup_key": event.dedup_key,
            "fields": self._fields(event),
            "tools": [{"id": tool.id, "name": tool.name, "arguments": tool.arguments} for tool in event.tools],
            "reply": self._reply(event),
        }

    def _fields(self, event: Event) -> dict[str, Any]:
        """What rules would see beside what every event has, and beside its tools; empty ones are left out."""
        sections = {*KINDS[event.kind].sections} - {"tool"}
        seen = {name: value for name, value in visible(event).items() if name.partition(".")[0] in sections}
        return {name: value for name, value in seen.items() if value not in ("", {}, [], 0.0)}

    def _reply(self, event: Event) -> Any:
        if not event.waits:
            return None
        way = Delivery(self.connection, self.provider, self.raw, began=0.0)
        cells = [way.fallback(event)] * max(len(event.tools), 1)
        return dict(way.reply(event, cells).body)


def try_delivery(connection: Connection, raw: RawDelivery, now: datetime) -> Tried:
    """Nothing is stored and nobody is called; raises BadMapping and UnknownProvider."""
    provider = provider_for(connection)
    auth = [
        {"entry": place, "scheme": entry.scheme, "holds": not reason, "reason": reason}
        for place, entry in enumerate(connection.auth, 1)
        for reason in [_reason(provider, raw, connection, place - 1, now)]
    ]
    return Tried(connection, provider, raw, auth, provider.normalise(raw))


def _reason(provider: Provider, raw: RawDelivery, connection: Connection, place: int, now: datetime) -> str:
    try:
        provider.verify(raw, connection.auth[place : place + 1], now)
    except BadSignature as error:
        return error.reason
    return ""
