"""The reply to an event, whatever the answers are."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.providers.base import ANSWER_KEYS, Answer
from receiver.providers.flireo.reply import ANSWERS, reply
from store.event import KINDS, Event, ToolCall

GENERATIONS = ["g1", "g2", "g3", "", "g9"]


def asking(kind: str, generation: str, *ids: str) -> Event:
    return Event(kind=kind, generation=generation, tools=[ToolCall(id=id_) for id_ in ids])


@pytest.mark.parametrize("kind", [name for name, kind in KINDS.items() if not kind.waits])
def test_nobody_waits_for_the_others(kind: str) -> None:
    assert reply(asking(kind, "g3", "a"), [Answer({"result": 1})]).body == {}


@pytest.mark.parametrize("generation", ["", "g9"])
def test_without_a_known_generation_it_is_the_current_one(generation: str) -> None:
    (item,) = reply(asking("tool-calls", generation, "a"), [Answer({"result": 1})]).body["results"]
    assert item == {"tool_call_id": "a", "toolCallId": "a", "result": 1}
    assert reply(asking("assistant-request", generation), [Answer({"assistant": "x"})]).body == {"assistant_id": "x"}


def test_no_answer_to_an_assistant_request_is_the_saved_assistant() -> None:
    assert reply(asking("assistant-request", "g2"), []).body == {}
    assert reply(asking("assistant-request", "g1"), []).problems


def test_tool_calls_without_tools() -> None:
    assert reply(asking("tool-calls", "g2"), [Answer({"result": 1})]).body == {"results": []}


def test_problems_reach_the_reply() -> None:
    assert reply(asking("assistant-request", "g3"), [Answer({"transfer": "+31850000099"})]).problems == (
        "transfer cannot be said to g3",
    )


def test_the_table_says_what_is_said_without_a_problem() -> None:
    sayable: dict[str, Any] = {
        "assistant": "asst_1",
        "config": {"a": 1},
        "default": True,
        "reject": "Closed.",
        "transfer": "+31850000099",
        "override": {"b": 1},
        "variables": {"c": 1},
        "metadata": {"d": 1},
        "max_duration": "5m",
        "result": "x",
        "error": "x",
        "say": "x",
    }
    for kind, generations in ANSWERS.items():
        for generation, keys in generations.items():
            base = {"config": {"a": 1}} if (kind, generation) == ("assistant-request", "g1") else {}
            clean = {
                key
                for key in ANSWER_KEYS[kind]
                if not reply(asking(kind, generation, "a"), [Answer({**base, key: sayable[key]})]).problems
            }
            assert clean == keys, (kind, generation)


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.builds(object),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text() | st.integers(), inner, max_size=3),
    max_leaves=8,
)
BODIES = st.dictionaries(
    st.sampled_from([*ANSWER_KEYS["assistant-request"], *ANSWER_KEYS["tool-calls"]]) | st.text(), VALUES, max_size=5
)


@given(
    st.sampled_from(GENERATIONS),
    st.lists(st.tuples(BODIES, st.sampled_from(["", "a", "b", "x"])), max_size=4),
)
def test_any_answers_make_a_reply_of_plain_json(generation: str, answers: list[tuple[dict[str, Any], str]]) -> None:
    given_answers = [Answer(body, tool_id) for body, tool_id in answers]
    for kind in ("assistant-request", "tool-calls"):
        said = reply(asking(kind, generation, "b", "a"), given_answers)
        json.dumps(said.body, allow_nan=False).encode()
        assert said.status == 200
        if kind == "tool-calls":
            assert [item["toolCallId"] for item in said.body["results"]] == ["b", "a"]
