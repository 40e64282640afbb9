"""Vapi's own Python library and us: what it writes is read whole, and what we reply it reads."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from vapi import types
from vapi.core.pydantic_utilities import UniversalBaseModel
from vapi.types.assistant_server_messages_item import AssistantServerMessagesItem

from receiver.providers import PROVIDERS
from receiver.providers.base import Answer
from receiver.providers.vapi.normalise import KINDS
from receiver.raw import RawDelivery
from store.event import Event
from tests.contract import vapi_sdk
from tests.contract.vapi_sdk import AT, CONTROL, MESSAGES, OURS, STAMP, THEIRS, message, read, unknown

VAPI = PROVIDERS["vapi"]
ASSISTANT = "0d3f9f0e-7a01-4c0e-9c55-0000000000e1"


def event(of: type[UniversalBaseModel], **more: Any) -> Event:
    (found,) = VAPI.normalise(RawDelivery(message(of, **more)))
    return found.whole()


def natives(of: type[UniversalBaseModel]) -> list[str]:
    """What the `type` of a message may be."""
    return list(get_args(get_args(of.model_fields["type"].annotation)[0]))


SAID = [
    types.UserMessage(role="user", message="Hello?", time=STAMP, end_time=STAMP + 1, seconds_from_start=1.0),
    types.BotMessage(role="bot", message="Good day.", time=STAMP, end_time=STAMP + 1, seconds_from_start=2.0),
]
FORMATTED = [types.OpenAiMessage(role="user", content="Hello?"), types.OpenAiMessage(role="assistant", content="Yes.")]
CHAT = types.Chat(id="chat_1", org_id="o", created_at=AT, updated_at=AT)
SESSION = types.Session(id="session_1", org_id="o", created_at=AT, updated_at=AT)
FUNCTION = types.ToolCallFunction(name="look_up", arguments='{"order": "A-1"}')
TOOL = types.ToolCall(id="call_1", type="function", function=FUNCTION)
WITH_TOOL = types.FunctionToolWithToolCall(
    type="function", server=types.Server(url="https://hooks.example.com", timeout_seconds=9.0), tool_call=TOOL
)
FORWARD = types.TransferDestinationNumber(type="number", number="+31850000009")
REPORT = {
    "ended_reason": "customer-ended-call",
    "started_at": AT,
    "ended_at": AT.replace(minute=2),
    "cost": 0.25,
    "artifact": types.Artifact(transcript="AI: Good day.", recording_url="https://r.example.com/a.wav", messages=SAID),
    "analysis": types.Analysis(summary="Asked.", success_evaluation="true", structured_data={"order": "A-1"}),
}
NEEDED: Mapping[type[UniversalBaseModel], Mapping[str, Any]] = {
    types.ServerMessageConversationUpdate: {"messages": SAID, "messages_open_ai_formatted": FORMATTED},
    types.ServerMessageEndOfCallReport: REPORT,
    types.ServerMessageHandoffDestinationRequest: {"parameters": {"reason": "billing"}},
    types.ServerMessageKnowledgeBaseRequest: {"messages_open_ai_formatted": FORMATTED[:1]},
    types.ServerMessageModelOutput: {"output": {"text": "x"}},
    types.ServerMessagePhoneCallControl: {"request": "forward", "destination": FORWARD},
    types.ServerMessageSpeechUpdate: {"status": "started", "role": "user"},
    types.ServerMessageStatusUpdate: {"status": "in-progress"},
    types.ServerMessageToolCalls: {"tool_with_tool_call_list": [WITH_TOOL], "tool_call_list": [TOOL]},
    types.ServerMessageTransferUpdate: {"destination": FORWARD},
    types.ServerMessageTranscript: {"role": "assistant", "transcript_type": "final", "transcript": "Good day."},
    types.ServerMessageLanguageChangeDetected: {"language": "nl"},
    types.ServerMessageVoiceInput: {"input": "x"},
    types.ServerMessageVoiceRequest: {"text": "x", "sample_rate": 24000.0},
    types.ServerMessageCallEndpointingRequest: {"messages_open_ai_formatted": FORMATTED},
    types.ServerMessageChatCreated: {"chat": CHAT},
    types.ServerMessageChatDeleted: {"chat": CHAT},
    types.ServerMessageSessionCreated: {"session": SESSION},
    types.ServerMessageSessionUpdated: {"session": SESSION},
    types.ServerMessageSessionDeleted: {"session": SESSION},
}
"""What a message needs beside what comes with all of them."""
EACH = [(of, native) for of in MESSAGES for native in natives(of)]


@pytest.mark.parametrize(("of", "native"), EACH, ids=lambda each: getattr(each, "__name__", each))
def test_every_message_of_the_library_is_known(of: type[UniversalBaseModel], native: str) -> None:
    found = event(of, type=native, **NEEDED.get(of, {}))
    assert found.native == native.partition("[")[0]
    assert found.kind == KINDS[found.native]
    assert found.occurred_at == AT
    if "call" in of.model_fields:
        assert (found.call.id, found.call.from_, found.call.to) == ("call_1", THEIRS, OURS)
        assert found.call.direction == "inbound"
        assert found.call.metadata == {"order": "A-1"}
        assert found.raw["message"]["call"]["monitor"]["controlUrl"] == CONTROL


def test_every_word_an_assistant_can_subscribe_to_is_known() -> None:
    literal, _ = get_args(AssistantServerMessagesItem)
    assert set(get_args(literal)) <= set(KINDS)


def test_a_call_of_ours_is_told_the_other_way_round() -> None:
    found = event(types.ServerMessageHang, type="hang", call=vapi_sdk.call("outboundPhoneCall"))
    assert (found.call.from_, found.call.to, found.call.direction) == (OURS, THEIRS, "outbound")


def test_nothing_of_a_report_is_lost() -> None:
    found = event(types.ServerMessageEndOfCallReport, type="end-of-call-report", **REPORT)
    assert (found.call.status, found.call.ended_reason) == ("ended", "customer-ended-call")
    report = found.report
    assert (report.summary, report.transcript, report.duration, report.cost) == ("Asked.", "AI: Good day.", 120.0, 0.25)
    assert report.recording_url == "https://r.example.com/a.wav"
    assert report.analysis["structuredData"] == {"order": "A-1"}
    assert [turn["message"] for turn in report.messages] == ["Hello?", "Good day."]


@given(
    st.dictionaries(
        st.text(min_size=1), st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(), max_size=4
    )
)
def test_the_arguments_of_a_tool_are_as_the_model_wrote_them(arguments: dict[str, Any]) -> None:
    function = types.ToolCallFunction(name="look_up", arguments=json.dumps(arguments))
    asked = types.ToolCall(id="call_1", type="function", function=function)
    lists: list[dict[str, Any]] = [
        {"tool_call_list": [asked], "tool_with_tool_call_list": []},
        {
            "tool_call_list": [],
            "tool_with_tool_call_list": [types.FunctionToolWithToolCall(type="function", tool_call=asked)],
        },
    ]
    for each in lists:
        (tool,) = event(types.ServerMessageToolCalls, type="tool-calls", **each).tools
        assert (tool.id, tool.name, tool.arguments) == ("call_1", "look_up", arguments)


def test_the_tool_s_own_server_says_how_long_it_waits() -> None:
    found = event(types.ServerMessageToolCalls, type="tool-calls", **NEEDED[types.ServerMessageToolCalls])
    assert VAPI.deadline(found) == 7.0


def test_other_sections_are_read() -> None:
    said = event(
        types.ServerMessageConversationUpdate,
        type="conversation-update",
        **NEEDED[types.ServerMessageConversationUpdate],
    )
    assert (said.message.text, said.message.role) == ("Good day.", "assistant")
    asked = event(
        types.ServerMessageKnowledgeBaseRequest,
        type="knowledge-base-request",
        **NEEDED[types.ServerMessageKnowledgeBaseRequest],
    )
    assert (asked.message.text, asked.message.role) == ("Hello?", "user")
    heard = event(types.ServerMessageTranscript, type="transcript", **NEEDED[types.ServerMessageTranscript])
    assert (heard.transcript.text, heard.transcript.role, heard.transcript.final) == ("Good day.", "assistant", True)
    left = event(
        types.ServerMessagePhoneCallControl, type="phone-call-control", **NEEDED[types.ServerMessagePhoneCallControl]
    )
    assert (left.action.name, left.action.input["destination"]["number"]) == ("forward", "+31850000009")


def replied(of: type[UniversalBaseModel], native: str, body: Mapping[str, Any]) -> dict[str, Any]:
    """Our reply, over the wire and back; what it could not say is a failure here."""
    asked = event(of, type=native, **NEEDED.get(of, {}))
    reply = VAPI.reply(asked, [Answer(body=dict(body))])
    assert reply.status == 200
    assert reply.problems == ()
    written: dict[str, Any] = json.loads(json.dumps(reply.body))
    return written


ASSISTANTS: list[Mapping[str, Any]] = [
    {"assistant": ASSISTANT},
    {"assistant": ASSISTANT, "variables": {"name": "Ada"}, "metadata": {"order": "A-1"}, "max_duration": "5m"},
    {
        "assistant": ASSISTANT,
        "override": {"firstMessage": "Good evening.", "firstMessageMode": "assistant-speaks-first"},
    },
    {
        "config": {
            "name": "Night desk",
            "firstMessage": "Good evening.",
            "model": {
                "provider": "openai",
                "model": "gpt-4.1",
                "messages": [{"role": "system", "content": "Be brief."}],
            },
            "voice": {"provider": "11labs", "voiceId": "sarah"},
        },
        "variables": {"name": "Ada"},
    },
    {"transfer": "+31850000009"},
    {"transfer": "sip:desk@example.com"},
    {"reject": "We are closed."},
]


@pytest.mark.parametrize("body", ASSISTANTS, ids=lambda body: "+".join(body))
def test_the_library_reads_every_shape_of_who_answers(body: Mapping[str, Any]) -> None:
    written = replied(types.ServerMessageAssistantRequest, "assistant-request", body)
    understood = read(types.ServerMessageResponseAssistantRequest, written)
    assert list(unknown(understood)) == []
    assert understood.dict() == written


def test_what_the_library_reads_is_what_was_meant() -> None:
    written = replied(types.ServerMessageAssistantRequest, "assistant-request", ASSISTANTS[1])
    understood = read(types.ServerMessageResponseAssistantRequest, written)
    overrides = understood.assistant_overrides
    assert understood.assistant_id == ASSISTANT
    assert overrides
    assert (overrides.variable_values, overrides.metadata) == ({"name": "Ada"}, {"order": "A-1"})
    assert overrides.max_duration_seconds == 300


@pytest.mark.parametrize(
    ("body", "result", "error"),
    [
        ({"result": "Shipped."}, "Shipped.", None),
        ({"result": {"status": "shipped", "lines": [1, None]}}, '{"status":"shipped","lines":[1,null]}', None),
        ({"result": "two\nlines"}, "two lines", None),
        ({"error": "That day is full."}, None, "That day is full."),
    ],
)
def test_the_library_reads_results_and_errors_of_tools(body: Mapping[str, Any], result: Any, error: Any) -> None:
    written = replied(types.ServerMessageToolCalls, "tool-calls", body)
    understood = read(types.ServerMessageResponseToolCalls, written)
    assert list(unknown(understood)) == []
    (item,) = understood.results or []
    assert (item.tool_call_id, item.name, item.result, item.error) == ("call_1", "look_up", result, error)


@pytest.mark.parametrize(("key", "of"), [("result", types.ToolMessageComplete), ("error", types.ToolMessageFailed)])
def test_what_is_to_be_spoken_is_a_message_of_the_library(key: str, of: type[UniversalBaseModel]) -> None:
    written = replied(types.ServerMessageToolCalls, "tool-calls", {key: "x", "say": "One moment."})
    spoken = read(of, written["results"][0]["message"])
    assert list(unknown(spoken)) == []
    assert spoken.dict() == written["results"][0]["message"]


@pytest.mark.parametrize(
    ("body", "of"),
    [
        ({"transfer": "+31850000009"}, types.TransferDestinationNumber),
        ({"transfer": "sip:desk@example.com"}, types.TransferDestinationSip),
        ({"assistant": "Billing"}, types.TransferDestinationAssistant),
        ({"transfer": "+31850000009", "say": "I put you through."}, types.TransferDestinationNumber),
        ({"error": "Nobody is there."}, type(None)),
    ],
)
def test_the_library_reads_where_a_caller_goes(body: Mapping[str, Any], of: type[Any]) -> None:
    native = "transfer-destination-request"
    written = replied(types.ServerMessageTransferDestinationRequest, native, body)
    understood = read(types.ServerMessageResponseTransferDestinationRequest, written)
    assert list(unknown(understood)) == []
    assert understood.dict() == written
    assert isinstance(understood.destination, of)
    assert ("say" in body) == isinstance(understood.message, types.ToolMessageStart)


@pytest.mark.parametrize("who", [ASSISTANT, "Billing"])
def test_the_library_reads_who_takes_over(who: str) -> None:
    native = "handoff-destination-request"
    written = replied(types.ServerMessageHandoffDestinationRequest, native, {"assistant": who})
    understood = read(types.ServerMessageResponseHandoffDestinationRequest, written)
    assert list(unknown(understood)) == []
    assert understood.dict() == written
    named = understood.destination.assistant_id, understood.destination.assistant_name
    assert named == ((who, None) if who == ASSISTANT else (None, who))


def test_where_the_platform_says_more_of_handoffs_than_its_library() -> None:
    """`result` is in its description of the API and not in the library; an error stands alone by its documentation."""
    native = "handoff-destination-request"
    told = replied(types.ServerMessageHandoffDestinationRequest, native, {"assistant": ASSISTANT, "say": "Bye."})
    assert list(unknown(read(types.ServerMessageResponseHandoffDestinationRequest, told))) == [".result"]
    refused = replied(types.ServerMessageHandoffDestinationRequest, native, {"error": "Nobody is there."})
    assert set(refused) == {"error"} < set(types.ServerMessageResponseHandoffDestinationRequest.model_fields)
    with pytest.raises(ValidationError, match="destination"):
        read(types.ServerMessageResponseHandoffDestinationRequest, refused)


@pytest.mark.parametrize(
    "documents", [["Open from nine."], [{"content": "Open from nine.", "similarity": 0.8, "uuid": "d1"}], []]
)
def test_the_library_reads_documents(documents: list[Any]) -> None:
    native = "knowledge-base-request"
    written = replied(types.ServerMessageKnowledgeBaseRequest, native, {"documents": documents})
    understood = read(types.ServerMessageResponseKnowledgeBaseRequest, written)
    assert list(unknown(understood)) == []
    assert understood.dict() == written


def test_a_sentence_instead_of_documents_has_a_role_besides() -> None:
    """The page about knowledge bases has `role` and not `type`, the library `type` and not `role`: both are sent."""
    written = replied(types.ServerMessageKnowledgeBaseRequest, "knowledge-base-request", {"say": "One moment."})
    understood = read(types.ServerMessageResponseKnowledgeBaseRequest, written)
    assert understood.message
    assert (understood.message.type, understood.message.content) == ("custom-message", "One moment.")
    assert list(unknown(understood)) == [".message.role"]
