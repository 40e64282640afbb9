from __future__ import annotations

from typing import Any

import pytest

from console.sandbox.envelopes import ENVELOPES, FirstEnvelope, dutch_transcript, failed_status
from console.sandbox.livecall import LiveCall
from console.sandbox.record import CallRecord
from console.sandbox.script import ScriptTool

TOOLS = [ScriptTool(id="t1", name="book", arguments={"day": "fri"}), ScriptTool(id="t2", name="hours")]


def call(**changes: Any) -> LiveCall:
    fields = {"id": "c1", "generation": "g3", "from": "+31612340001", "to": "+31850000001", "placed_at": "now"}
    live = LiveCall(CallRecord.model_validate(fields | changes), lambda: 0.0, "n1")
    live.config = {"metadata": {"crm": "A-17"}}
    return live


class TestFirst:
    envelope = FirstEnvelope(lambda: 1_767_000_000.123)

    def test_assistant_request_has_three_fields(self) -> None:
        assert self.envelope.assistant_request(call()) == {
            "eventType": "assistant-request",
            "fromCaller": "+31612340001",
            "toAssistant": "+31850000001",
        }

    def test_tool_calls(self) -> None:
        assert self.envelope.tool_calls(call(), TOOLS) == {
            "eventTime": 1_767_000_000_123,
            "callId": "c1",
            "eventType": "tool-calls",
            "fromCaller": "+31612340001",
            "toAssistant": "+31850000001",
            "tasksInitiated": [
                {"taskId": "t1", "taskName": "book", "taskPayload": {"day": "fri"}},
                {"taskId": "t2", "taskName": "hours"},
            ],
            "userMetadata": None,
        }

    def test_status_update_names_the_call_its_own_way(self) -> None:
        payload = self.envelope.status_update(call(), "in-progress")
        assert payload["callSession"] == "c1"
        assert "callId" not in payload
        assert "debugging-artifact" not in payload

    def test_trouble_is_told_with_a_hyphen(self) -> None:
        payload = self.envelope.status_update(call(error="none came"), "ended-with-debugging")
        assert payload["debugging-artifact"] == "none came"

    def test_report(self) -> None:
        live = call(duration=132.46)
        live.caller_hears("Hallo")
        live.caller_says("Goedendag")
        payload = self.envelope.report(live, "Kort.", {"ignored": True})
        assert payload["transcriptText"] == "AI: Hallo\nGebruiker: Goedendag"
        assert (payload["callLengthSeconds"], payload["summaryText"]) == (132.5, "Kort.")
        assert "analysis" not in payload


@pytest.mark.parametrize(
    ("generation", "kind", "number", "tools"),
    [
        ("g2", "inboundPhoneCall", {"number": "+31850000001", "name": "Day desk"}, "toolCallList"),
        ("g3", "inbound_phone_call", {"id": "n1", "number": "+31850000001", "name": "Day desk"}, "tool_call_list"),
    ],
)
def test_later_envelopes(generation: Any, kind: str, number: dict[str, str], tools: str) -> None:
    message = ENVELOPES[generation].tool_calls(call(assistant_name="Day desk"), TOOLS[:1])["message"]
    assert message["type"] == "tool-calls"
    assert message["call"] == {"id": "c1", "type": kind, "status": "in-progress"}
    assert message["phoneNumber" if generation == "g2" else "phone_number"] == number
    assert message["customer"] == {"number": "+31612340001"}
    assert message["timestamp"].endswith("Z")
    assert message[tools] == [
        {"id": "t1", "type": "function", "function": {"name": "book", "arguments": {"day": "fri"}}}
    ]


def test_an_outbound_call_turns_the_numbers() -> None:
    message = ENVELOPES["g3"].status_update(call(direction="outbound"), "in-progress")["message"]
    assert message["call"]["type"] == "outbound_phone_call"
    assert message["customer"]["number"] == "+31850000001"


def test_only_the_third_echoes_the_assistant() -> None:
    assert ENVELOPES["g3"].status_update(call(), "in-progress")["message"]["assistant"] == {"metadata": {"crm": "A-17"}}
    assert "assistant" not in ENVELOPES["g3"].assistant_request(call())["message"]
    assert "assistant" not in ENVELOPES["g2"].status_update(call(), "in-progress")["message"]


def test_end_reasons() -> None:
    ended = call(end_reason="user_hangup", error="boom")
    third = ENVELOPES["g3"]
    assert third.status_update(ended, "ended")["message"]["end_reason"] == "user_hangup"
    assert third.status_update(ended, "ended-with-error")["message"]["error"] == "boom"
    assert "end_reason" not in ENVELOPES["g2"].status_update(ended, "ended")["message"]


def test_later_reports() -> None:
    live = call(duration=71.9, end_reason="user_hangup", started_at="a", ended_at="b")
    live.caller_says("Hi")
    second = ENVELOPES["g2"].report(live, "Short.", {})["message"]
    third = ENVELOPES["g3"].report(live, "Short.", {"intent": "none"})["message"]
    assert (second["durationSeconds"], second["summary"]) == (71, "Short.")
    assert not {"analysis", "messages", "end_reason"} & set(second)
    assert third["duration_seconds"] == 71
    assert third["messages"] == [{"role": "user", "content": "Hi"}]
    assert (third["analysis"], third["end_reason"], third["started_at"]) == ({"intent": "none"}, "user_hangup", "a")


def test_the_word_for_trouble() -> None:
    assert [failed_status(each) for each in ("g1", "g2", "g3")] == [
        "ended-with-debugging",
        "ended-with-error",
        "ended-with-error",
    ]


def test_an_empty_transcript() -> None:
    assert dutch_transcript([]) == ""
