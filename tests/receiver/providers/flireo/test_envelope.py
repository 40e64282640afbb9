"""Generations two and three."""

from __future__ import annotations

from typing import Any

import pytest

from receiver.providers.flireo import envelope
from receiver.providers.flireo.normalise import KINDS
from receiver.providers.flireo.sections import Fields
from store.event import Event, Report


def fields(type_: str = "status-update", **message: Any) -> Fields:
    return envelope.fields({"type": type_, **message}, KINDS)


@pytest.mark.parametrize(
    ("message", "generation"),
    [
        ({}, "g3"),
        ({"call": None}, "g3"),
        ({"phoneNumber": None}, "g2"),
        ({"toolCallList": []}, "g2"),
        ({"durationSeconds": 1}, "g2"),
        ({"call": {"type": "inboundPhoneCall"}}, "g2"),
        ({"call": {"type": "webCall"}}, "g2"),
        ({"phone_number": {}}, "g3"),
        ({"tool_call_list": []}, "g3"),
        ({"duration_seconds": 1}, "g3"),
        ({"call": {"type": "inbound_phone_call"}}, "g3"),
        ({"call": {"type": "inbound_phone_call"}, "toolCallList": []}, "g3"),
        ({"call": {"type": "inboundPhoneCall"}, "phone_number": {}}, "g3"),
    ],
)
def test_generation(message: dict[str, Any], generation: str) -> None:
    assert envelope.generation(message) == generation


@pytest.mark.parametrize("name", ["phone_number", "phoneNumber"])
def test_inbound_and_outbound_parties(name: str) -> None:
    parties: dict[str, Any] = {name: {"number": "+31850000001"}, "customer": {"number": "+31612340001"}}
    inbound = fields(call={"type": "inbound_phone_call"}, **parties)["call"]
    outbound = fields(call={"type": "outboundPhoneCall"}, **parties)["call"]
    assert (inbound.from_, inbound.to) == ("+31612340001", "+31850000001")
    assert (outbound.from_, outbound.to) == ("+31850000001", "+31612340001")


@pytest.mark.parametrize("name", ["tool_call_list", "toolCallList"])
def test_tools_in_either_spelling_nested_or_not(name: str) -> None:
    nested = {"id": "a", "function": {"name": "book", "arguments": '{"x": 1}'}}
    bare = {"id": "b", "name": "book", "arguments": {"x": 1}}
    tools = fields("tool-calls", **{name: [nested, "odd", bare]})["tools"]
    assert [(tool.id, tool.name, tool.arguments) for tool in tools] == [
        ("a", "book", {"x": 1}),
        ("b", "book", {"x": 1}),
    ]


def report_of(**message: Any) -> Report:
    found = fields("end-of-call-report", **message)
    return Event(report=found["report"], conversation=found["conversation"], raw={"message": message}).whole().report


def test_the_transcript_is_what_was_said() -> None:
    turns = [
        {"role": "system", "content": "Be kind."},
        {"role": "assistant", "content": "Hello"},
        {"role": "user", "content": None},
        {"role": ["user"], "content": "odd"},
        "odd",
    ]
    report = report_of(messages=turns)
    assert report.transcript == "assistant: Hello\nuser: "
    assert len(report.messages) == 4


def test_a_transcript_that_was_sent_is_kept() -> None:
    report = report_of(transcript="as sent", messages=[{"role": "user", "content": "x"}])
    assert report.transcript == "as sent"


def test_the_reason_and_the_error() -> None:
    call = fields(call={"status": "ended-with-error"}, error={"message": "no voice"}, end_reason="model_failed")["call"]
    assert (call.status, call.ended_reason) == ("failed", "model_failed: no voice")


def test_metadata_comes_back_with_the_assistant() -> None:
    assert fields(assistant={"metadata": {"crm_id": "A-17"}})["call"].metadata == {"crm_id": "A-17"}
    assert fields(assistant={"metadata": None})["call"].metadata == {}


def test_tools_without_ids_are_never_a_duplicate() -> None:
    tool = {"function": {"name": "book"}}
    found = fields("tool-calls", call={"id": "c1"}, timestamp="2026-01-05T09:30:00Z", tool_call_list=[tool])
    assert found["tools"][0].id == "unnamed"
    assert found["dedup_key"] is None
