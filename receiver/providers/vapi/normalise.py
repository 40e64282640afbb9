"""One delivery → one event, whatever the body is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receiver.providers.payload import Unreadable, mapping, moment, read_object, text
from receiver.providers.toolcalls import all_named, tool_calls
from receiver.providers.vapi.calls import call_of
from receiver.providers.vapi.identity import dedup_key, delivery_key
from receiver.providers.vapi.sections import FINAL, sections
from receiver.providers.vapi.tools import asked
from receiver.raw import RawDelivery
from store.event import Event

KINDS: Mapping[str, str] = {
    "assistant-request": "assistant-request",
    "tool-calls": "tool-calls",
    "function-call": "tool-calls",
    "transfer-destination-request": "transfer-request",
    "handoff-destination-request": "transfer-request",
    "knowledge-base-request": "knowledge-request",
    "campaign.predial": "dial-request",
    "status-update": "status-update",
    "end-of-call-report": "end-of-call-report",
    "conversation-update": "message",
    "transcript": "transcript",
    "assistant.speechStarted": "transcript",
    "transfer-update": "action",
    "phone-call-control": "action",
    "hang": "error",
    "call.delete.failed": "error",
    "voice-request": "unknown",
    "call.endpointing.request": "unknown",
    "speech-update": "unknown",
    "assistant.started": "unknown",
    "model-output": "unknown",
    "user-interrupted": "unknown",
    "language-change-detected": "unknown",
    "language-changed": "unknown",
    "voice-input": "unknown",
    "chat.created": "unknown",
    "chat.deleted": "unknown",
    "session.created": "unknown",
    "session.updated": "unknown",
    "session.deleted": "unknown",
    "call.deleted": "unknown",
    "call.artifact.upload": "unknown",
}
"""Native names → ours. For those that become `unknown` there is no neutral word; rules listen to them by `native`."""


def normalise(raw: RawDelivery) -> Event:
    """Never raises: an undocumented name becomes kind `unknown`, a body that cannot be read `unreadable`."""
    around: dict[str, Any] = {
        "provider": "vapi",
        "connection": raw.connection,
        "received_at": raw.received_at,
    }
    try:
        payload = read_object(raw.body)
    except Unreadable as error:
        return Event(kind="unreadable", problem=error.problem, **around)
    fields = _fields(mapping(payload.get("message")))
    fields["dedup_key"] = delivery_key(raw) or fields["dedup_key"]
    return Event(raw=payload, **around, **fields)


def _fields(message: dict[str, Any]) -> dict[str, Any]:
    native = _native(message)
    kind = KINDS.get(native, "unknown")
    call = call_of(message, kind)
    wanted = asked(message, native) if kind == "tool-calls" else []
    tools = tool_calls(wanted)
    return {
        "kind": kind,
        "native": native,
        "occurred_at": moment(message.get("timestamp")),
        "call": call,
        "tools": tools,
        "dedup_key": dedup_key(native, message, call, tools if all_named(wanted) else []),
        **sections(kind, native, message),
    }


def _native(message: dict[str, Any]) -> str:
    found = text(message.get("type"))
    return "transcript" if found == FINAL else found
