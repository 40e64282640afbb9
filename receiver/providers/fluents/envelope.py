"""What a delivery says, whichever way it was sent: a JSON body, or a query where there is no body."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from receiver.providers.payload import Unreadable, mapping, read_object, text
from receiver.raw import RawDelivery

TOOLS = "tools"
"""The door of custom external actions."""

CONTEXT = "context"
"""The door that is asked for the variables of a call."""

_TYPES = ("type", "event", "event_type")
_CALLS = ("call_id", "conversation_id", "id")
_NAMES = frozenset({*_TYPES, *_CALLS, "payload"})


@dataclass(frozen=True)
class Told:
    """The type of an event, the id of its call, what is said about it, and everything that stood beside that."""

    native: str
    call_id: str
    payload: dict[str, Any]
    beside: dict[str, Any]


def read(raw: RawDelivery) -> dict[str, Any]:
    """The object in the body, else the query; raises Unreadable, also where there is neither."""
    if not raw.body and raw.request.query:
        return dict(raw.request.query)
    return read_object(raw.body)


def event_in(told: dict[str, Any]) -> Told:
    """One event; without a payload of its own, whatever its envelope does not need is the payload."""
    beside = {name: value for name, value in told.items() if name not in _NAMES}
    payload = said(told["payload"]) if told.get("payload") is not None else beside
    return Told(_first_text(told, _TYPES), _first_text(told, _CALLS), payload, beside)


def said(payload: Any) -> dict[str, Any]:
    """An object, or one in a JSON text; a plain text stands under `text`."""
    if not isinstance(payload, str):
        return mapping(payload)
    try:
        return read_object(payload.encode("utf-8", "replace"))
    except Unreadable:
        return {"text": payload} if payload else {}


def wrapped(told: dict[str, Any]) -> bool:
    """Whether a tool's arguments stand in an envelope; arguments may have a `payload` of their own."""
    return isinstance(told.get("payload"), dict) and ("call_id" in told or len(told) == 1)


def _first_text(told: dict[str, Any], names: tuple[str, ...]) -> str:
    return next(filter(None, (text(told.get(name)) for name in names)), "")
