"""What the sandbox writes is what the receiver reads."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from console.sandbox.courier import encode
from console.sandbox.livecall import LiveCall
from console.sandbox.platforms.opencx.events import DataForm, OpenCXEnvelope, conversation_with, named
from console.sandbox.record import CallRecord
from console.sandbox.script import ScriptTool
from receiver.providers.opencx import OpenCX
from receiver.raw import RawDelivery
from store.event import Event

PERSON, OURS = "+31612340001", "+31850000001"


def a_call(**changes: Any) -> LiveCall:
    fields = {"id": "c1", "generation": "g3", "from": PERSON, "to": OURS, "placed_at": "", "assistant_name": "Desk"}
    call = LiveCall(CallRecord.model_validate(fields | changes), lambda: 0.0)
    call.config = {"data_collection_fields": ["email"]}
    call.caller_hears("Hello.")
    return call


def read(payload: dict[str, Any]) -> Event:
    (event,) = OpenCX().normalise(RawDelivery(encode(payload)))
    return event


@pytest.mark.parametrize("form", get_args(DataForm))
def test_a_start_and_an_end_are_read_as_such(form: DataForm) -> None:
    envelope, call = OpenCXEnvelope(form), a_call(end_reason="user_hangup")
    started, ended = (read(envelope.status_update(call, status)) for status in ("in-progress", "ended"))
    assert [each.kind for each in (started, ended)] == ["call-started", "call-ended"]
    assert (started.call.from_, started.call.to, started.call.direction) == (PERSON, OURS, "inbound")
    assert started.call.id == ""
    assert ended.call.ended_reason == "user_hangup"


def test_an_outbound_call_is_read_as_one() -> None:
    call = a_call(direction="outbound", **{"from": OURS, "to": PERSON})
    found = read(OpenCXEnvelope().status_update(call, "in-progress")).call
    assert (found.to, found.direction) == (PERSON, "outbound")


def test_two_calls_of_one_person_are_one_conversation() -> None:
    sessions = {
        read(OpenCXEnvelope().status_update(a_call(id=each), "ended")).call.metadata["session_id"] for each in "ab"
    }
    assert sessions == {conversation_with(PERSON)}
    assert conversation_with(OURS) not in sessions


def test_the_conversation_is_told_once() -> None:
    envelope, call = OpenCXEnvelope(), a_call()
    ((name, payload),) = envelope.beginning(call)
    found = read(payload)
    assert (name, found.native, found.message.text) == ("conversation.started", "conversation.started", "Hello.")
    call.caller_says("Hi.")
    assert envelope.beginning(call) == []


def test_older_models_tell_of_conversations_alone() -> None:
    envelope, call = OpenCXEnvelope(calls="conversation"), a_call()
    told = [named(envelope.status_update(call, status))[0] for status in ("in-progress", "ended")]
    assert told == ["conversation.started", "conversation.closed"]
    assert envelope.beginning(call) == []
    assert read(envelope.status_update(call, "ended")).kind == "unknown"


def test_an_action_carries_its_arguments_and_its_conversation() -> None:
    order = OpenCXEnvelope().tool_calls(a_call(), [ScriptTool(name="book", arguments={"day": "monday"})])
    assert order == {"action": "book", "session": conversation_with(PERSON), "arguments": {"day": "monday"}}


def test_what_was_to_be_gathered_is_there_even_when_it_is_empty() -> None:
    gathered = OpenCXEnvelope().report(a_call(), "", {"email": "a@example.com", "more": 1})
    assert gathered == {"email": "a@example.com", "session_id": conversation_with(PERSON), "phone_number": PERSON}
    assert OpenCXEnvelope().report(a_call(), "", {})["email"] is None
