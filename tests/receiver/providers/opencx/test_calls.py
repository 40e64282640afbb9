from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.providers.opencx.calls import HINTS, LONGEST_HINT, call_behind, call_in, call_of
from store.event import Call

PERSON, OURS = "+31612340001", "+31850000001"
CONTACT = {"id": "contact-1", "phone_number": PERSON}


def call(native: str = "phone_call.started", kind: str = "call-started", **data: Any) -> Call:
    return call_of(native, kind, "org-1", data)


def test_a_conversation_is_no_call() -> None:
    found = call(conversation_id="conversation-1")
    assert (found.id, found.metadata["session_id"]) == ("", "conversation-1")


@pytest.mark.parametrize("data", [{"call_id": "c"}, {"phone_call_id": "c"}, {"callId": "c"}, {"call": {"id": "c"}}])
def test_the_id_of_a_call_is_found_where_it_may_stand(data: dict[str, Any]) -> None:
    assert call(**data).id == "c"


def test_the_contact_is_the_person_on_the_line() -> None:
    assert (call(contact=CONTACT).from_, call(contact=CONTACT).to) == (PERSON, "")
    outbound = call(contact=CONTACT, direction="outbound", from_number=OURS)
    assert (outbound.from_, outbound.to) == (OURS, PERSON)
    assert call(contact={"enriched_data": {"phone_number": PERSON}}).from_ == PERSON


@pytest.mark.parametrize(
    ("data", "from_"),
    [
        ({"channel": "phone"}, PERSON),
        ({"channel": {"type": "phone_voice"}}, PERSON),
        ({"channel": "web"}, ""),
        ({}, ""),
    ],
)
def test_who_writes_does_not_call(data: dict[str, Any], from_: str) -> None:
    assert call("conversation.started", "message", contact=CONTACT, **data).from_ == from_


def test_both_parties_are_read_in_the_older_form() -> None:
    parties: dict[str, Any] = {"caller": {"name": None, "number": OURS}, "called": {"number": PERSON}}
    found = call("phone.outgoing_call_started", **parties)
    assert (found.direction, found.from_, found.to) == ("outbound", OURS, PERSON)


def test_where_a_transfer_goes_is_not_who_was_called() -> None:
    assert call("transfer.requested", "action", to=OURS, contact=CONTACT).to == ""


def test_how_it_ended_is_told_at_the_end_alone() -> None:
    assert call("call.failed", "call-ended", reason="busy").model_dump(include={"status", "ended_reason"}) == {
        "status": "failed",
        "ended_reason": "busy",
    }
    assert call("phone_call.ended", "call-ended").status == "ended"
    assert call("conversation.handoff_to_human", "action", reason="x").ended_reason == ""


def test_the_headers_of_an_action_are_hints() -> None:
    headers = dict.fromkeys(HINTS, "x" * (LONGEST_HINT + 1)) | {"x-opencx-ticket-number": "4521", "authorization": "s"}
    found = call_behind(headers)
    assert found.metadata["ticket_number"] == "4521"
    assert len(found.metadata["session_id"]) == LONGEST_HINT
    assert set(found.metadata) == set(HINTS.values())
    assert (found.id, found.status) == ("", "in-progress")


def test_collected_data_may_tell_its_call() -> None:
    found = call_in({"session_id": "s", "call_id": "c", "caller_number": PERSON, "email": "a@example.com"})
    assert (found.id, found.from_, found.metadata, found.status) == ("c", PERSON, {"session_id": "s"}, "")
    assert call_in({"value": [1]}) == Call()


NAMES = ["call_id", "conversation_id", "contact", "channel", "caller", "called", "from", "to", "direction", "reason"]
VALUES: Any = st.recursive(
    st.none() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["id", "phone_number", "type"]), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(NAMES), VALUES))
def test_whatever_the_members_hold_it_is_a_call(data: dict[str, Any]) -> None:
    assert isinstance(call_of("call.started", "call-started", data, data), Call)
