from __future__ import annotations

from typing import Any

import pytest

from receiver.providers.opencx.sections import sections


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"response": "A", "message": "B"}, "A"),
        ({"message": {"type": "text", "text": "C"}}, "C"),
        ({"content": {"content": "D"}}, "D"),
        ({"text": ["E"]}, ""),
        ({}, ""),
    ],
)
def test_what_was_said_is_found_where_it_may_stand(data: dict[str, Any], said: str) -> None:
    assert sections("message", "conversation.ai_response", data)["message"].text == said


def test_a_person_who_answers_is_neither_user_nor_assistant() -> None:
    assert sections("message", "conversation.agent_response", {})["message"].role == "agent"


def test_an_action_has_a_name_and_all_that_is_told() -> None:
    told = {"reason": "ai_decided_to_handoff_the_conversation", "summary": None}
    found = sections("action", "conversation.handoff_to_human", told)["action"]
    assert (found.name, found.input) == ("handoff", {"reason": "ai_decided_to_handoff_the_conversation"})
    assert sections("action", "transfer.completed", {})["action"].name == "transfer-completed"


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"error": {"message": "A"}}, "A"),
        ({"reason": "B"}, "B"),
        ({"error": {}}, "workflow.run.failed"),
        ({}, "workflow.run.failed"),
    ],
)
def test_an_error_says_something(data: dict[str, Any], told: str) -> None:
    assert sections("error", "workflow.run.failed", data)["error"].message == told


def test_a_transcript_is_text_or_made_of_its_turns() -> None:
    turns = [
        {"role": "ai", "text": "Hello."},
        {"speaker": "contact", "content": "Hi."},
        {"text": "Who?"},
        {"role": "ai"},
        3,
    ]
    assert sections("transcript", "transcript.ready", {"transcript": "whole"})["transcript"].text == "whole"
    assert sections("transcript", "transcript.ready", {"transcript": turns})["transcript"].text == (
        "assistant: Hello.\nuser: Hi.\nWho?"
    )


def test_other_kinds_have_nothing_beside_their_call() -> None:
    assert sections("unknown", "conversation.closed", {"summary": "x"}) == {}
