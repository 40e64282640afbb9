"""One delivery → one event, whatever the body is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receiver.providers.flireo import envelope, flat
from receiver.providers.flireo.sections import Fields
from receiver.providers.payload import Unreadable, mapping, read_object
from receiver.raw import RawDelivery
from store.event import Event

KINDS: Mapping[str, str] = {
    "assistant-request": "assistant-request",
    "tool-calls": "tool-calls",
    "status-update": "status-update",
    "end-of-call-report": "end-of-call-report",
}


def normalise(raw: RawDelivery) -> Event:
    """Never raises: an undocumented name becomes kind `unknown`, a body that cannot be read `unreadable`."""
    try:
        payload = read_object(raw.body)
    except Unreadable as error:
        return Event(
            provider="flireo", connection=raw.connection, received_at=raw.received_at,
            kind="unreadable", problem=error.problem,
        )  # fmt: skip
    return Event(
        provider="flireo", connection=raw.connection, received_at=raw.received_at, raw=payload, **_fields(payload)
    )


def _fields(payload: dict[str, Any]) -> Fields:
    message = mapping(payload.get("message"))
    if flat.holds(payload) and not envelope.named(message):
        return flat.fields(payload, KINDS)
    return envelope.fields(message, KINDS) if message else {"kind": "unknown"}
