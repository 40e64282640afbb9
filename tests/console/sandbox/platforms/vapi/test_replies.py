"""Replies are read as strictly as the pages say, and what our provider says is read without a complaint."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from console.sandbox.courier import Reply
from console.sandbox.platforms.vapi.replies import read_pickup, read_results, target_of
from receiver.providers.base import Answer
from receiver.providers.vapi import Vapi
from store.event import Event, ToolCall


def said(body: Any, status: int = 200) -> Reply:
    return Reply(status, json.dumps(body).encode())


@pytest.mark.parametrize(
    ("body", "outcome", "words"),
    [
        ({"assistantId": "as-1"}, "hybrid", ""),
        ({"assistant": {"firstMessage": "Hi"}}, "override", ""),
        ({"error": "Closed.", "assistantId": "as-1"}, "rejected", "Closed."),
        (
            {"destination": {"type": "number", "number": "+31850000099", "message": "Hold on."}, "assistantId": "x"},
            "forwarded",
            "Hold on.",
        ),
        ({"destination": {"type": "sip", "sipUri": "sip:a@b.nl"}}, "forwarded", ""),
        ({"destination": {"type": "number", "number": "112"}}, "lost", "assistant-request-failed"),
        ({}, "lost", "assistant-request-returned-no-assistant"),
        ({"event_id": "evt_1"}, "lost", "assistant-request-returned-no-assistant"),
    ],
)
def test_pickup(body: Any, outcome: str, words: str) -> None:
    pickup = read_pickup(said(body))
    assert (pickup.outcome, pickup.words) == (outcome, words)


def test_overrides_and_the_longest_duration() -> None:
    pickup = read_pickup(
        said({"assistantId": "as-1", "assistantOverrides": {"firstMessage": "Hi", "maxDurationSeconds": 90}})
    )
    assert (pickup.assistant_id, pickup.config["firstMessage"], pickup.max_duration) == ("as-1", "Hi", 90)
    assert read_pickup(said({"assistant": {"maxDurationSeconds": 60}})).max_duration == 60


def test_no_reply_loses_the_call() -> None:
    pickup = read_pickup(Reply(0, error="no answer within 7.5 s"))
    assert (pickup.outcome, pickup.words) == ("lost", "assistant-request-failed")
    assert pickup.problems == ("assistant-request: no answer within 7.5 s",)


ITEM = {"toolCallId": "t1", "name": "n", "result": "Nine."}


@pytest.mark.parametrize(
    ("item", "heard"),
    [
        (ITEM, "Nine."),
        ({"toolCallId": "t1", "name": "n", "error": "Not found."}, "Not found."),
        (ITEM | {"message": {"type": "request-complete", "content": "At nine."}}, "At nine."),
    ],
)
def test_results(item: dict[str, Any], heard: str) -> None:
    read = read_results(said({"results": [item]}), ["t1"])
    assert (read.results, read.problems) == ({"t1": heard}, ())


@pytest.mark.parametrize(
    ("body", "status", "problem"),
    [
        ({"results": [ITEM]}, 201, "only 200 is read"),
        ({"results": [ITEM]}, 500, "the reply's status was 500"),
        ({"result": "x"}, 200, "no `results` list"),
        ({"results": [ITEM | {"result": "one\ntwo"}]}, 200, "more than one line"),
        ({"results": [ITEM | {"result": {"at": 9}}]}, 200, "not a string"),
        ({"results": [{"toolCallId": "t1", "result": "x"}]}, 200, "has no `name`"),
        ({"results": [ITEM | {"toolCallId": "t9"}]}, 200, "never asked"),
        ({"results": [{"result": "x"}]}, 200, "no `toolCallId`"),
        ({"results": []}, 200, "t1 was not answered"),
    ],
)
def test_what_is_not_read(body: Any, status: int, problem: str) -> None:
    read = read_results(said(body, status), ["t1"])
    assert read.results == {}
    assert any(problem in each for each in read.problems)


@pytest.mark.parametrize(
    "destination", [None, {}, {"type": "number"}, {"type": "sip", "sipUri": "x"}, {"type": "assistant"}, []]
)
def test_destinations_that_lead_nowhere(destination: Any) -> None:
    assert target_of(destination) == ""


BODIES = st.dictionaries(
    st.sampled_from(["result", "error", "say", "assistant", "config", "reject", "transfer", "default"]),
    st.text(max_size=20) | st.integers() | st.dictionaries(st.text(max_size=3), st.text(max_size=9), max_size=2),
    max_size=3,
)


@given(BODIES)
def test_whatever_a_rule_says_a_tool_is_answered_and_a_caller_hears_something(body: dict[str, Any]) -> None:
    asking = Event(kind="tool-calls", native="tool-calls", tools=[ToolCall(id="t1", name="n")])
    read = read_results(said(Vapi().reply(asking, [Answer(body, "t1")]).body), ["t1"])
    assert read.problems == ()
    ringing = Event(kind="assistant-request", native="assistant-request")
    pickup = read_pickup(said(Vapi().reply(ringing, [Answer(body)]).body))
    assert pickup.outcome != "lost" or "transfer" in body
