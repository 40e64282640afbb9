"""Which assistant takes the call."""

from __future__ import annotations

from typing import Any

import pytest

from receiver.providers.vapi.assistants import NOBODY, body


def said(answer: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    problems: list[str] = []
    return body(answer, problems), problems


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        ({"assistant": "as-1"}, {"assistantId": "as-1"}),
        ({"config": {"name": "Desk"}}, {"assistant": {"name": "Desk"}}),
        ({"reject": "We are closed."}, {"error": "We are closed."}),
        ({"transfer": "+31850000099"}, {"destination": {"type": "number", "number": "+31850000099"}}),
        ({"transfer": "sip:a@b.nl"}, {"destination": {"type": "sip", "sipUri": "sip:a@b.nl"}}),
        (
            {"assistant": "as-1", "variables": {"name": "Ada"}, "metadata": {"t": 1}, "max_duration": "90s",
             "override": {"firstMessage": "Hi", "variableValues": {"x": 1}}},
            {"assistantId": "as-1", "assistantOverrides": {
                "firstMessage": "Hi", "variableValues": {"x": 1, "name": "Ada"}, "metadata": {"t": 1},
                "maxDurationSeconds": 90}},
        ),
        (
            {"config": {"a": 1}, "max_duration": 1.2},
            {"assistant": {"a": 1}, "assistantOverrides": {"maxDurationSeconds": 2}},
        ),
    ],
)  # fmt: skip
def test_what_can_be_said(answer: dict[str, Any], reply: dict[str, Any]) -> None:
    assert said(answer) == (reply, [])


@pytest.mark.parametrize(
    "answer", [{}, {"default": True}, {"assistant": ""}, {"config": {}}, {"override": {"a": 1}}, {"transfer": 3}]
)
def test_a_caller_is_never_left_in_silence(answer: dict[str, Any]) -> None:
    reply, problems = said(answer)
    assert reply == {"error": NOBODY}
    assert problems


@pytest.mark.parametrize(
    ("key", "value"), [("max_duration", "soon"), ("max_duration", -1), ("variables", []), ("metadata", "x")]
)
def test_what_is_unusable_is_told(key: str, value: Any) -> None:
    reply, problems = said({"assistant": "as-1", key: value})
    assert reply == {"assistantId": "as-1"}
    assert len(problems) == 1


def test_a_config_goes_before_an_id() -> None:
    assert said({"assistant": "as-1", "config": {"a": 1}}) == (
        {"assistant": {"a": 1}},
        ["assistant is left out beside a config"],
    )
