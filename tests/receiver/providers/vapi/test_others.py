"""Transfers, handoffs, knowledge bases and calls to be dialled."""

from __future__ import annotations

from typing import Any

import pytest

from receiver.providers.vapi.others import HANDOFF, NOBODY, dial, knowledge, transfer

TRANSFER = "transfer-destination-request"
ID = "77777777-1111-4222-8333-000000000000"


@pytest.mark.parametrize(
    ("native", "answer", "reply"),
    [
        (TRANSFER, {"transfer": "+31850000099"}, {"destination": {"type": "number", "number": "+31850000099"}}),
        (TRANSFER, {"transfer": "sip:a@b.nl", "say": "One\nmoment."},
         {"destination": {"type": "sip", "sipUri": "sip:a@b.nl"},
          "message": {"type": "request-start", "content": "One moment."}}),
        (TRANSFER, {"assistant": "Night desk"}, {"destination": {"type": "assistant", "assistantName": "Night desk"}}),
        (TRANSFER, {"assistant": ID}, {"destination": {"type": "assistant", "assistantName": ID}}),
        (TRANSFER, {"error": "All busy."}, {"error": "All busy."}),
        (HANDOFF, {"assistant": ID}, {"destination": {"type": "assistant", "assistantId": ID}}),
        (HANDOFF, {"assistant": "Billing", "say": "Off you go."},
         {"destination": {"type": "assistant", "assistantName": "Billing"}, "result": "Off you go."}),
    ],
)  # fmt: skip
def test_where_the_caller_goes(native: str, answer: dict[str, Any], reply: dict[str, Any]) -> None:
    problems: list[str] = []
    assert transfer(answer, native, problems) == reply
    assert problems == []


@pytest.mark.parametrize("answer", [{}, {"transfer": ""}, {"say": "One moment."}])
def test_the_agent_is_told_when_there_is_nobody(answer: dict[str, Any]) -> None:
    problems: list[str] = []
    assert transfer(answer, TRANSFER, problems) == {"error": NOBODY}
    assert problems


@pytest.mark.parametrize(
    ("documents", "reply"),
    [
        ([], []),
        (["a"], [{"content": "a", "similarity": 1.0}]),
        (
            [{"content": "a", "similarity": 0.4, "uuid": "u", "more": 1}],
            [{"content": "a", "similarity": 0.4, "uuid": "u"}],
        ),
    ],
)
def test_documents(documents: list[Any], reply: list[Any]) -> None:
    problems: list[str] = []
    assert knowledge({"documents": documents}, problems) == {"documents": reply}
    assert problems == []


def test_what_is_no_document_is_left_out_and_told() -> None:
    problems: list[str] = []
    assert knowledge({"documents": ["a", 3, {}]}, problems) == {"documents": [{"content": "a", "similarity": 1.0}]}
    assert problems == ["a document is neither a text nor an object with `content`"]


def test_a_sentence_instead_of_documents() -> None:
    message = {"type": "custom-message", "role": "assistant", "content": "We ship to Belgium."}
    assert knowledge({"say": "We ship to Belgium."}, []) == {"message": message}


@pytest.mark.parametrize(("answer", "eligible"), [({"allow": True}, True), ({"allow": False}, False)])
def test_who_may_be_called(answer: dict[str, Any], eligible: bool) -> None:
    assert dial(answer, []) == {"eligible": eligible}


@pytest.mark.parametrize("answer", [{"allow": "true"}, {"allow": 1}, {"allow": None}])
def test_only_a_plain_yes_is_one(answer: dict[str, Any]) -> None:
    problems: list[str] = []
    assert dial(answer, problems) == {"eligible": False}
    assert problems == ["allow is not true or false"]
