"""What a custom external action is told, in the form its ancestor insists on."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.providers.base import Answer
from receiver.providers.fluents.results import NO_ANSWER, body
from store.event import Event, ToolCall

EVENT = Event(kind="tool-calls", tools=[ToolCall(id="look_up", name="look_up")])
FAILED = {"success": False, "message": NO_ANSWER}


def told(*answers: Answer) -> tuple[dict[str, Any], list[str]]:
    problems: list[str] = []
    return body(EVENT, answers, problems), problems


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"result": {"status": "shipped"}}, {"result": {"status": "shipped"}}),
        ({"result": "Shipped."}, {"result": {"message": "Shipped."}}),
        ({"result": ["a", 1]}, {"result": {"value": ["a", 1]}}),
        ({"result": None}, {"result": {"value": None}}),
        ({"result": {}, "say": "Shipped."}, {"result": {}, "agent_message": "Shipped."}),
        ({"error": "Not now."}, {"result": {"success": False, "message": "Not now."}}),
        ({"error": {"code": 4}}, {"result": {"success": False, "message": '{"code":4}'}}),
        (
            {"error": "Not now.", "say": "Sorry."},
            {"result": {"success": False, "message": "Not now."}, "agent_message": "Sorry."},
        ),
        ({"say": "Shipped."}, {"result": {"message": "Shipped."}, "agent_message": "Shipped."}),
        ({"result": "x", "say": ""}, {"result": {"message": "x"}}),
    ],
)
def test_answers(answer: dict[str, Any], expected: dict[str, Any]) -> None:
    assert told(Answer(answer, "look_up")) == (expected, [])
    assert told(Answer(answer)) == (expected, [])


@pytest.mark.parametrize(
    ("answers", "expected", "problem"),
    [
        ([], {"result": FAILED}, "the tool has no answer"),
        ([Answer({})], {"result": FAILED}, "the tool has no answer"),
        ([Answer({"result": "x"}, "other")], {"result": FAILED}, "tool other was answered but not asked"),
        ([Answer({"result": {1, 2}})], {"result": FAILED}, "the result is not JSON"),
        ([Answer({"result": "x", "say": None})], {"result": {"message": "x"}}, "say is not a sentence"),
        ([Answer({"result": "x", "say": ["y"]})], {"result": {"message": "x"}}, "say is not a sentence"),
    ],
)
def test_what_cannot_be_told(answers: list[Answer], expected: dict[str, Any], problem: str) -> None:
    found, problems = told(*answers)
    assert found == expected
    assert problem in problems


def test_the_answer_to_this_tool_counts_and_of_two_the_first() -> None:
    every, own, second = Answer({"result": "a"}), Answer({"result": "b"}, "look_up"), Answer({"result": "c"}, "look_up")
    assert told(every, own, second)[0] == {"result": {"message": "b"}}


ANY = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary() | st.lists(st.text())
ANY_ANSWER = st.dictionaries(st.sampled_from(["result", "error", "say", "x"]), ANY | st.dictionaries(st.text(), ANY))


@given(ANY_ANSWER)
def test_the_strict_form_whatever_the_answer(answer: dict[str, Any]) -> None:
    sent = orjson.loads(orjson.dumps(told(Answer(answer))[0]))
    assert isinstance(sent["result"], dict)
    assert sent.keys() <= {"result", "agent_message"}
    assert isinstance(sent.get("agent_message", ""), str)
