"""One delivery → one event, by the door it came to, whatever it holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from receiver.providers.fluents.calls import call_of
from receiver.providers.fluents.envelope import CONTEXT, TOOLS, event_in, read, said, wrapped
from receiver.providers.fluents.identity import dedup_key
from receiver.providers.fluents.sections import sections
from receiver.providers.payload import Unreadable, mapping, moment, text
from receiver.providers.toolcalls import tool_calls
from receiver.raw import RawDelivery
from store.event import Event

TOOL_NATIVE = "action_external"
CONTEXT_NATIVE = "context_endpoint"
"""What the platform calls the two things it waits for; neither word is in their requests."""

EVENTS: Mapping[str, str] = {
    "event_message": "message",
    "event_action": "action",
    "event_transcript": "transcript",
    "event_recording": "recording",
    "event_human_detection": "human-detection",
    "event_phone_call_connected": "call-started",
    "event_phone_call_ended": "call-ended",
    "event_phone_call_did_not_connect": "call-ended",
    "event_error": "error",
}
"""What a webhook can be subscribed to."""

KINDS: Mapping[str, str] = {**EVENTS, TOOL_NATIVE: "tool-calls", CONTEXT_NATIVE: "assistant-request"}


def normalise(raw: RawDelivery) -> Event:
    """Never raises: an undocumented name becomes kind `unknown`, what cannot be read `unreadable`."""
    around: dict[str, Any] = {"provider": "fluents", "connection": raw.connection, "received_at": raw.received_at}
    try:
        told = _read(raw)
    except Unreadable as error:
        return Event(kind="unreadable", problem=error.problem, **around)
    return Event(raw=told, **around, **_FIELDS.get(raw.request.door, _event)(raw, told))


def _read(raw: RawDelivery) -> dict[str, Any]:
    """A question for variables may be empty; nothing else may."""
    nothing = not raw.body and raw.request.door == CONTEXT
    return dict(raw.request.query) if nothing else read(raw)


def _event(_: RawDelivery, told: dict[str, Any]) -> dict[str, Any]:
    event = event_in(told)
    kind = EVENTS.get(event.native, "unknown")
    return {
        "kind": kind,
        "native": event.native,
        "occurred_at": moment(event.payload.get("timestamp")) or moment(event.beside.get("timestamp")),
        "call": call_of(event.native, event.call_id, {**event.beside, **event.payload}),
        "dedup_key": dedup_key(event.native, event.call_id, event.payload),
        **sections(kind, event.payload),
    }


def _tool(raw: RawDelivery, told: dict[str, Any]) -> dict[str, Any]:
    """The one tool of a URL. Its name is its id too: a delivery never holds another."""
    in_envelope = wrapped(told)
    given = mapping(told["payload"]) if in_envelope else told
    return {
        "kind": "tool-calls",
        "native": TOOL_NATIVE,
        "call": call_of(TOOL_NATIVE, text(told.get("call_id")) if in_envelope else "", {}),
        "tools": tool_calls([(raw.request.tool, raw.request.tool, given)]),
    }


def _context(raw: RawDelivery, told: dict[str, Any]) -> dict[str, Any]:
    """The query counts too where there is a body, which then counts more."""
    asked = {**raw.request.query, **said(told.get("payload")), **told}
    return {
        "kind": "assistant-request",
        "native": CONTEXT_NATIVE,
        "call": call_of(CONTEXT_NATIVE, text(asked.get("call_id")), asked),
    }


_FIELDS: Mapping[str, Callable[[RawDelivery, dict[str, Any]], dict[str, Any]]] = {TOOLS: _tool, CONTEXT: _context}
