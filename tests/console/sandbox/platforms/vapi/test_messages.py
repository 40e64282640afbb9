"""What the sandbox writes is what the receiver reads."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from console.sandbox.courier import encode
from console.sandbox.livecall import LiveCall
from console.sandbox.platforms.vapi.messages import ToolShape, VapiEnvelope, ended_reason
from console.sandbox.record import CallRecord
from console.sandbox.script import ScriptTool
from receiver.providers.vapi import Vapi
from receiver.raw import RawDelivery
from store.event import Event

BASE = "http://127.0.0.1:8090/vapi/control"
TOOL = ScriptTool(id="call_1", name="find_customer", arguments={"email": "ada@example.com"})


def a_call(**changes: Any) -> LiveCall:
    fields = {
        "id": "c1",
        "generation": "g3",
        "from": "+31612340001",
        "to": "+31850000001",
        "placed_at": "2026-01-01T00:00:00Z",
    }
    call = LiveCall(CallRecord.model_validate(fields | changes), lambda: 0.0, "pn-1")
    call.caller_says("Do you ship?")
    call.caller_hears("We do.")
    return call


def read(payload: dict[str, Any]) -> Event:
    (event,) = Vapi().normalise(RawDelivery(encode(payload)))
    return event.whole()


@pytest.mark.parametrize("shape", get_args(ToolShape))
def test_tools_in_each_of_their_shapes(shape: ToolShape) -> None:
    event = read(VapiEnvelope(BASE, shape).tool_calls(a_call(), [TOOL]))
    assert [tool.model_dump() for tool in event.tools] == [
        {"id": "call_1", "name": "find_customer", "arguments": {"email": "ada@example.com"}}
    ]
    assert event.dedup_key


def test_an_assistant_request() -> None:
    event = read(VapiEnvelope(BASE).assistant_request(a_call()))
    assert (event.kind, event.call.from_, event.call.to) == ("assistant-request", "+31612340001", "+31850000001")
    assert event.call.status == "ringing"


def test_statuses_and_their_reasons() -> None:
    ended = a_call(end_reason="user_hangup")
    event = read(VapiEnvelope(BASE).status_update(ended, "ended"))
    assert (event.call.status, event.call.ended_reason) == ("ended", "customer-ended-call")
    lost = read(VapiEnvelope(BASE).status_update(a_call(error="assistant-request-failed"), "ended"))
    assert (lost.call.status, lost.call.ended_reason) == ("failed", "assistant-request-failed")
    assert ended_reason(a_call(end_reason="brand-new")) == "brand-new"


def test_a_report() -> None:
    call = a_call(
        started_at="2026-01-01T00:00:01Z", ended_at="2026-01-01T00:00:11Z", duration=10, end_reason="max_duration"
    )
    event = read(VapiEnvelope(BASE).report(call, "Short.", {"intent": "ship"}))
    assert (event.report.summary, event.report.duration, event.report.cost) == ("Short.", 10, 0.01)
    assert event.report.transcript == "User: Do you ship?\nAI: We do.\n"
    assert event.report.analysis["structuredData"] == {"intent": "ship"}
    assert [turn["role"] for turn in event.report.messages] == ["user", "bot"]


def test_what_was_said() -> None:
    call = a_call()
    told = [(name, read(payload)) for name, payload in VapiEnvelope(BASE).spoken(call, "assistant")]
    assert [name for name, _ in told] == ["speech-update", "speech-update", "conversation-update"]
    assert told[2][1].message.text == "We do."


def test_every_message_brings_the_control_url() -> None:
    call = a_call()
    message = VapiEnvelope(BASE).tool_calls(call, [TOOL])["message"]
    assert message["call"]["monitor"]["controlUrl"] == f"{BASE}/{call.token}"
    assert len(call.token) >= 16
