"""The call an event belongs to. It may stand in `message.call`, beside it, or (chats, sessions) nowhere."""

from __future__ import annotations

from typing import Any

from receiver.providers.payload import first, mapping, text
from receiver.providers.vapi import words
from store.event import Call


def call_of(message: dict[str, Any], kind: str) -> Call:
    """What the message tells about its call; for a dial-request, about the call that is not yet made."""
    if kind == "dial-request":
        return _planned(mapping(message.get("contact")))
    call = mapping(message.get("call"))
    direction = words.DIRECTIONS.get(text(call.get("type")), "")
    ours, theirs = _line(message, call), _person(message, call)
    reason = text(first(message, "endedReason")) or text(call.get("endedReason"))
    return Call(
        id=text(call.get("id")),
        from_=ours if direction == "outbound" else theirs,
        to=theirs if direction == "outbound" else ours,
        direction=direction,
        status=words.status(native_status(message, kind), kind, reason),
        ended_reason=reason,
        metadata=_metadata(message, call),
    )


def native_status(message: dict[str, Any], kind: str) -> str:
    """The status of a status-update is its own; elsewhere `status` may speak of something else, such as speech."""
    own = text(message.get("status")) if kind == "status-update" else ""
    if kind == "end-of-call-report":
        return "ended"
    return own or text(mapping(message.get("call")).get("status"))


def _planned(contact: dict[str, Any]) -> Call:
    return Call(
        to=words.party(contact.get("number")),
        direction="outbound",
        metadata=mapping(mapping(contact.get("assistantOverrides")).get("metadata")),
    )


def _line(message: dict[str, Any], call: dict[str, Any]) -> str:
    number = mapping(message.get("phoneNumber")) or mapping(call.get("phoneNumber"))
    return words.party(first(number, "number", "sipUri"))


def _person(message: dict[str, Any], call: dict[str, Any]) -> str:
    customer = mapping(message.get("customer")) or mapping(call.get("customer"))
    return words.party(first(customer, "number", "sipUri"))


def _metadata(message: dict[str, Any], call: dict[str, Any]) -> dict[str, Any]:
    """What was attached: the assistant's own, then what was given for this call, which counts more."""
    holders = (
        mapping(message.get("assistant")) or mapping(call.get("assistant")),
        mapping(call.get("assistantOverrides")),
    )
    merged: dict[str, Any] = {}
    for holder in holders:
        merged |= mapping(holder.get("metadata"))
    return merged
