"""The call an event belongs to, as far as it is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receiver.providers.fluents.words import phone
from receiver.providers.payload import first, text
from store.event import Call

STATUSES: Mapping[str, str] = {
    "context_endpoint": "ringing",
    "event_phone_call_connected": "in-progress",
    "action_external": "in-progress",
    "event_phone_call_ended": "ended",
    "event_phone_call_did_not_connect": "failed",
}
"""What an event says about its call; others may come after the end."""

_DIRECTIONS: Mapping[Any, str] = {True: "outbound", False: "inbound"}


def call_of(native: str, call_id: str, told: dict[str, Any]) -> Call:
    """What stands in the event's payload or beside it."""
    inbound = native == "context_endpoint"
    return Call(
        id=call_id,
        from_=phone(first(told, "from_phone_number", "from_number", *(["phone_number"] if inbound else []))),
        to=phone(first(told, "to_phone_number", "to_number")),
        direction="inbound" if inbound else _direction(told.get("is_outgoing")),
        status=STATUSES.get(native, ""),
        ended_reason=_reason(native, told),
    )


def _direction(outgoing: Any) -> str:
    return _DIRECTIONS[outgoing] if isinstance(outgoing, bool) else ""


def _reason(native: str, told: dict[str, Any]) -> str:
    if native == "event_phone_call_ended":
        return text(told.get("stage_outcome"))
    if native == "event_phone_call_did_not_connect":
        return text(first(told, "telephony_status", "stage_outcome", "error_message"))
    return ""
