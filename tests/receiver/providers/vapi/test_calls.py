"""Where the call is found, and who is on which side."""

from __future__ import annotations

from typing import Any

import pytest

from receiver.providers.vapi.calls import call_of, native_status

OURS, THEIRS = {"number": "+31850000001"}, {"number": "+31612340001"}


@pytest.mark.parametrize("inside", [True, False])
@pytest.mark.parametrize(
    ("type_", "direction", "from_", "to"),
    [
        ("inboundPhoneCall", "inbound", "+31612340001", "+31850000001"),
        ("outboundPhoneCall", "outbound", "+31850000001", "+31612340001"),
        ("webCall", "web", "+31612340001", "+31850000001"),
        ("vapi.websocketCall", "web", "+31612340001", "+31850000001"),
        ("brandNewCall", "", "+31612340001", "+31850000001"),
    ],
)
def test_sides(type_: str, direction: str, from_: str, to: str, inside: bool) -> None:
    parties: dict[str, Any] = {"phoneNumber": OURS, "customer": THEIRS}
    call = {"id": "c", "type": type_} | (parties if inside else {})
    found = call_of({"call": call} | ({} if inside else parties), "tool-calls")
    assert (found.direction, found.from_, found.to) == (direction, from_, to)


def test_a_planned_call_is_outbound_and_has_no_id_yet() -> None:
    contact = {"number": "+31612340009", "assistantOverrides": {"metadata": {"lead": 1}}}
    found = call_of({"contact": contact, "call": {"id": "another"}}, "dial-request")
    assert (found.id, found.to, found.direction, found.metadata) == ("", "+31612340009", "outbound", {"lead": 1})


def test_what_was_given_for_the_call_counts_more_than_the_assistants_own() -> None:
    call = {"assistantOverrides": {"metadata": {"a": 2, "b": 3}}, "assistant": {"metadata": {"c": 4}}}
    assert call_of({"call": call, "assistant": {"metadata": {"a": 1}}}, "tool-calls").metadata == {"a": 2, "b": 3}
    assert call_of({"call": call}, "tool-calls").metadata == {"a": 2, "b": 3, "c": 4}


def test_only_a_status_update_has_a_status_of_its_own() -> None:
    message = {"status": "started", "call": {"status": "in-progress"}}
    assert native_status(message, "unknown") == "in-progress"
    assert native_status(message, "status-update") == "started"
    assert native_status(message, "end-of-call-report") == "ended"


def test_without_a_call_everything_is_empty() -> None:
    assert call_of({}, "unknown").model_dump(exclude_defaults=True) == {}
