from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.providers.base import Answer
from receiver.providers.opencx.reply import FAILED, NO_ANSWER, reply
from store.event import Event, ToolCall

ASKED = Event(kind="tool-calls", tools=[ToolCall(id="unnamed", name="book")])


@pytest.mark.parametrize(
    ("given_", "body"),
    [
        ({"status": "booked"}, {"status": "booked"}),
        ("Booked.", {"result": "Booked."}),
        ([1, 2], {"result": [1, 2]}),
        (None, {"result": None}),
        ({}, {}),
    ],
)
def test_a_result_is_the_body(given_: Any, body: Any) -> None:
    said = reply(ASKED, [Answer({"result": given_}, "unnamed")])
    assert (said.status, said.body, said.problems) == (200, body, ())


def test_an_error_is_one_sentence_with_a_status_of_its_own() -> None:
    said = reply(ASKED, [Answer({"error": "That day is full."}, "unnamed")])
    assert (said.status, said.body, said.problems) == (FAILED, {"error": "That day is full."}, ())
    assert 400 <= FAILED < 500


@pytest.mark.parametrize("answers", [[], [Answer({})]])
def test_no_answer_is_an_error_too(answers: list[Answer]) -> None:
    said = reply(ASKED, answers)
    assert (said.status, said.body) == (FAILED, {"error": NO_ANSWER})
    assert said.problems


def test_what_cannot_be_said_is_told() -> None:
    said = reply(ASKED, [Answer({"result": "x", "say": "y"}), Answer({"result": "z"}, "other")])
    assert said.body == {"result": "x"}
    assert said.problems == ("say cannot be said here", "tool other was answered but not asked")
    assert reply(ASKED, [Answer({"result": {1, 2}})]).body == {"error": NO_ANSWER}


def test_events_get_an_empty_object() -> None:
    assert reply(Event(kind="call-started"), [Answer({"result": "x"})]).body == {}


@given(st.dictionaries(st.sampled_from(["result", "error", "say"]), st.text() | st.integers() | st.binary()))
def test_every_answer_is_json(body: dict[str, Any]) -> None:
    said = reply(ASKED, [Answer(body)])
    assert isinstance(json.loads(json.dumps(said.body)), dict)
    assert said.status in (200, FAILED)
