"""Every tool is answered, in the words of its generation."""

from __future__ import annotations

from typing import Any

import pytest

from receiver.providers.base import Answer
from receiver.providers.flireo.results import NO_ANSWER, WRITERS, items
from store.event import Event, ToolCall


def event(*ids: str) -> Event:
    return Event(kind="tool-calls", tools=[ToolCall(id=id_) for id_ in ids])


def told(*answers: Answer, ids: tuple[str, ...] = ("b", "a")) -> tuple[list[tuple[str, Any]], list[str]]:
    problems: list[str] = []
    return items(event(*ids), answers, problems), problems


def test_the_order_is_the_order_of_the_request() -> None:
    assert told(Answer({"result": 1}, "a"), Answer({"result": 2}, "b")) == ([("b", 2), ("a", 1)], [])


def test_an_error_is_a_result_the_agent_can_read() -> None:
    assert told(Answer({"error": "It is closed."}), ids=("a",)) == ([("a", "It is closed.")], [])


def test_one_answer_for_all_yields_to_a_tools_own() -> None:
    assert told(Answer({"result": "all"}), Answer({"result": "own"}, "a"))[0] == [("b", "all"), ("a", "own")]


def test_the_first_of_two_answers_counts() -> None:
    assert told(Answer({"result": 1}, "a"), Answer({"result": 2}, "a"), ids=("a",))[0] == [("a", 1)]


@pytest.mark.parametrize("value", [None, "", 0, False, [], {}])
def test_empty_results_are_results(value: Any) -> None:
    assert told(Answer({"result": value}), ids=("a",)) == ([("a", value)], [])


def test_missing_answers_are_filled_and_told() -> None:
    given, problems = told(Answer({"result": 1}, "a"))
    assert given == [("b", NO_ANSWER), ("a", 1)]
    assert problems == ["tool b has no answer"]


def test_an_answer_without_any_known_key_is_missing() -> None:
    assert told(Answer({"transfer": "+31850000099"}), ids=("a",)) == ([("a", NO_ANSWER)], ["tool a has no answer"])


def test_answers_to_nothing_are_told() -> None:
    assert told(Answer({"result": 1}, "x"), Answer({"result": 2}), ids=("a",)) == (
        [("a", 2)],
        ["tool x was answered but not asked"],
    )


def test_a_spoken_sentence_goes_as_the_result_and_is_told() -> None:
    given, problems = told(Answer({"say": "One moment."}), ids=("a",))
    assert given == [("a", "One moment.")]
    assert "say a sentence" in problems[0]


@pytest.mark.parametrize("value", [object(), 2**70, "\ud800", {"a": {1, 2}}])
def test_what_is_not_json_is_not_sent(value: Any) -> None:
    assert told(Answer({"result": value}), ids=("a",)) == ([("a", NO_ANSWER)], ["tool a: the result is not JSON"])


@pytest.mark.parametrize(
    ("value", "as_text"),
    [
        ("Booked.", "Booked."),
        ("", ""),
        ({"b": 1, "a": "é"}, '{"b":1,"a":"é"}'),
        ([1, None], "[1,null]"),
        (3, "3"),
        (True, "true"),
        (None, "null"),
    ],
)
def test_dialects(value: Any, as_text: str) -> None:
    assert WRITERS["g1"]([("a", value)]) == {"results": [{"toolCallId": "a", "result": as_text}]}
    assert WRITERS["g2"]([("a", value)]) == {"results": [{"toolCallId": "a", "result": value}]}
    assert WRITERS["g3"]([("a", value)]) == {"results": [{"tool_call_id": "a", "toolCallId": "a", "result": value}]}
