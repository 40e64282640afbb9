"""One single-line text for each tool, in order."""

from __future__ import annotations

from typing import Any

import pytest

from receiver.providers.base import Answer
from receiver.providers.vapi.results import NO_ANSWER, body
from store.event import Event, ToolCall

TWO = Event(kind="tool-calls", tools=[ToolCall(id="a", name="one"), ToolCall(id="b", name="two")])
ONE = Event(kind="tool-calls", tools=[ToolCall(id="a", name="one")])


def said(event: Event, *answers: Answer) -> tuple[list[Any], list[str]]:
    problems: list[str] = []
    return body(event, answers, problems)["results"], problems


@pytest.mark.parametrize(
    ("answer", "item"),
    [
        ({"result": "Booked."}, {"result": "Booked."}),
        ({"result": "Booked.\nFor Monday."}, {"result": "Booked. For Monday."}),
        ({"result": {"at": 3}}, {"result": '{"at":3}'}),
        ({"result": False}, {"result": "false"}),
        ({"error": "Not found."}, {"error": "Not found."}),
        ({"result": "x", "say": "Done."}, {"result": "x", "message": {"type": "request-complete", "content": "Done."}}),
        ({"error": "x", "say": "Sorry."}, {"error": "x", "message": {"type": "request-failed", "content": "Sorry."}}),
        ({"say": "Done."}, {"result": "Done.", "message": {"type": "request-complete", "content": "Done."}}),
    ],
)
def test_what_can_be_said(answer: dict[str, Any], item: dict[str, Any]) -> None:
    assert said(ONE, Answer(answer, "a")) == ([{"toolCallId": "a", "name": "one"} | item], [])


def test_the_order_is_that_of_the_request() -> None:
    items, problems = said(TWO, Answer({"result": 2}, "b"), Answer({"result": 1}, "a"))
    assert [(each["toolCallId"], each["name"], each["result"]) for each in items] == [
        ("a", "one", "1"),
        ("b", "two", "2"),
    ]
    assert problems == []


def test_missing_strange_and_unsayable_answers_are_told() -> None:
    items, problems = said(TWO, Answer({"result": object()}, "a"), Answer({}, "z"))
    assert [each["result"] for each in items] == [NO_ANSWER, NO_ANSWER]
    assert problems == ["tool z was answered but not asked", "tool a: the answer is not JSON", "tool b has no answer"]


def test_an_answer_without_an_id_is_for_all() -> None:
    assert [each["result"] for each in said(TWO, Answer({"result": "x"}))[0]] == ["x", "x"]


@pytest.mark.parametrize(("answer", "result"), [({"result": {"a": 1}}, '{"a":1}'), ({"error": "No."}, "No.")])
def test_a_legacy_message_gets_its_one_result_too(answer: dict[str, Any], result: str) -> None:
    legacy = ONE.model_copy(update={"native": "function-call"})
    assert body(legacy, [Answer(answer, "a")], [])["result"] == result
    assert "result" not in body(ONE, [Answer(answer, "a")], [])
