"""The call an event belongs to, as far as it is told. The bodies of telephone events are not documented.

A conversation is not a call: somebody who calls again soon goes on in the same one. So its id never becomes `call.id`,
but stands in `call.metadata`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receiver.providers.opencx import words
from receiver.providers.payload import first, mapping, text
from store.event import Call

HINTS: Mapping[str, str] = {
    "x-opencx-org-id": "org_id",
    "x-opencx-session-id": "session_id",
    "x-opencx-ticket-number": "ticket_number",
    "x-opencx-external-user-id": "external_user_id",
}
"""Headers of an action → names in `call.metadata`. They are switched on by the platform's support, and not signed."""

LONGEST_HINT = 512
"""Characters of a header that are kept."""

_CALL_IDS = ("call_id", "phone_call_id", "callId")
_SESSION_IDS = ("conversation_id", "session_id", "conversationId", "sessionId")
_PHONES = ("phone_number", "phoneNumber", "phone", "number")


def call_of(native: str, kind: str, organization: Any, data: dict[str, Any]) -> Call:
    """What one entry of an event tells."""
    ended = kind == "call-ended"
    found = words.direction(native, text(data.get("direction")))
    ours, theirs = _parties(native, data, outbound=found == "outbound")
    return Call(
        id=text(first(data, *_CALL_IDS)) or text(mapping(data.get("call")).get("id")),
        from_=ours if found == "outbound" else theirs,
        to=theirs if found == "outbound" else ours,
        direction=found,
        status="failed" if native in words.FAILED else words.STATUSES.get(kind, ""),
        ended_reason=text(first(data, "ended_reason", "end_reason", "reason")) if ended else "",
        metadata=_metadata(organization, data),
    )


def call_behind(headers: Mapping[str, str]) -> Call:
    """What the headers of an action tell; the call is going on."""
    told = {name: headers.get(header, "")[:LONGEST_HINT] for header, name in HINTS.items()}
    return Call(status="in-progress", metadata={name: value for name, value in told.items() if value})


def call_in(data: dict[str, Any]) -> Call:
    """What collected data tells beside what was collected."""
    call = call_of(words.DATA, "data-collected", first(data, "organization_id", "org_id"), data)
    person = text(first(data, "phone_number", "caller_number", "from"))
    return call.model_copy(update={"from_": call.from_ or person})


def _parties(native: str, data: dict[str, Any], *, outbound: bool) -> tuple[str, str]:
    """Our number and theirs. The contact is the person on the line, as far as there is a line."""
    told = {} if native in words.TRANSFERS else data
    caller = _phone(first(told, "caller", "from", "from_number"))
    called = _phone(first(told, "called", "to", "to_number"))
    ours, theirs = (caller, called) if outbound else (called, caller)
    if theirs or not _by_telephone(native, data):
        return ours, theirs
    return ours, _phone_of(mapping(data.get("contact")))


def _by_telephone(native: str, data: dict[str, Any]) -> bool:
    channel = data.get("channel")
    written = text(channel) or text(mapping(channel).get("type"))
    return words.is_of_a_call(native) or written in words.TELEPHONE


def _phone_of(contact: dict[str, Any]) -> str:
    return _phone(contact) or _phone(contact.get("enriched_data"))


def _phone(value: Any) -> str:
    return text(value) or text(first(mapping(value), *_PHONES))


def _metadata(organization: Any, data: dict[str, Any]) -> dict[str, Any]:
    contact, channel = mapping(data.get("contact")), data.get("channel")
    told = {
        "org_id": text(organization),
        "session_id": text(first(data, *_SESSION_IDS)),
        "contact_id": text(contact.get("id")) or text(first(data, "contact_id", "customer_id")),
        "channel": text(channel) or text(mapping(channel).get("type")),
        "ticket_number": text(data.get("ticket_number")),
    }
    return {name: value for name, value in told.items() if value}
