"""Which assistant takes the call, in the words of each generation."""

from __future__ import annotations

from typing import Any

import pytest

from receiver.providers.flireo.assistants import body

CONFIG = {"firstMessage": "Hello", "model": {"provider": "openai", "model": "m"}}


def told(generation: str, **answer: Any) -> tuple[dict[str, Any], list[str]]:
    problems: list[str] = []
    return body(answer, generation, problems), problems


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        ({"config": CONFIG}, {"assistant": CONFIG}),
        ({"config": CONFIG, "override": {"firstMessage": "Hi"}}, {"assistant": {**CONFIG, "firstMessage": "Hi"}}),
        ({"config": CONFIG, "max_duration": "5m"}, {"assistant": {**CONFIG, "maxDurationSeconds": 300}}),
    ],
)
def test_generation_one(answer: dict[str, Any], reply: dict[str, Any]) -> None:
    assert told("g1", **answer) == (reply, [])


@pytest.mark.parametrize(
    "answer",
    [{"default": True}, {"reject": "Closed."}, {"assistant": "asst_1"}, {"override": {"a": 1}}, {"config": {}}, {}],
)
def test_generation_one_needs_a_whole_configuration(answer: dict[str, Any]) -> None:
    reply, problems = told("g1", **answer)
    assert reply == {}
    assert "without a whole configuration g1 loses the call" in problems


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        ({}, {}),
        ({"default": True}, {}),
        ({"config": CONFIG}, {"assistant": CONFIG}),
        ({"default": True, "override": {"firstMessage": "Hi"}}, {"assistant": {"firstMessage": "Hi"}}),
        ({"config": CONFIG, "override": {"model": {}}}, {"assistant": {**CONFIG, "model": {}}}),
        ({"default": True, "max_duration": 300}, {"maxDurationSeconds": 300}),
        ({"config": CONFIG, "max_duration": "90s"}, {"assistant": CONFIG, "maxDurationSeconds": 90}),
        ({"reject": "We are closed."}, {"error": "We are closed."}),
    ],
)
def test_generation_two(answer: dict[str, Any], reply: dict[str, Any]) -> None:
    assert told("g2", **answer) == (reply, [])


@pytest.mark.parametrize(
    ("answer", "reply"),
    [
        ({}, {}),
        ({"default": True}, {}),
        ({"assistant": "asst_1"}, {"assistant_id": "asst_1"}),
        (
            {"assistant": "asst_1", "override": {"first_message": "Hi"}},
            {"assistant_id": "asst_1", "assistant_override": {"first_message": "Hi"}},
        ),
        (
            {"assistant": "asst_1", "metadata": {"crm_id": 1}, "max_duration": 1.2},
            {"assistant_id": "asst_1", "assistant_override": {"metadata": {"crm_id": 1}}, "max_duration_seconds": 2},
        ),
        ({"config": CONFIG, "metadata": {"crm_id": 1}}, {"assistant": {**CONFIG, "metadata": {"crm_id": 1}}}),
        (
            {"config": {"metadata": {"a": 1, "b": 1}}, "metadata": {"b": 2}},
            {"assistant": {"metadata": {"a": 1, "b": 2}}},
        ),
        ({"config": {"metadata": "odd"}, "metadata": {"b": 2}}, {"assistant": {"metadata": {"b": 2}}}),
        ({"default": True, "metadata": {"crm_id": 1}}, {"assistant": {"metadata": {"crm_id": 1}}}),
        ({"override": {"first_message": "Hi"}}, {"assistant": {"first_message": "Hi"}}),
        ({"default": True, "max_duration": "5m"}, {"max_duration_seconds": 300}),
        ({"reject": "We are closed."}, {"error": "We are closed."}),
    ],
)
def test_generation_three(answer: dict[str, Any], reply: dict[str, Any]) -> None:
    assert told("g3", **answer) == (reply, [])


@pytest.mark.parametrize(
    ("generation", "answer", "problem"),
    [
        ("g2", {"assistant": "asst_1"}, "assistant cannot be said to g2"),
        ("g2", {"metadata": {"a": 1}}, "metadata cannot be said to g2"),
        ("g3", {"transfer": "+31850000099"}, "transfer cannot be said to g3"),
        ("g3", {"default": True, "variables": {}}, "variables cannot be said to g3"),
        ("g3", {"config": "assistants/night.json"}, "config is not an object"),
        ("g3", {"override": [1]}, "override is not an object"),
        ("g3", {"metadata": {"a": object()}}, "metadata is not an object"),
        ("g3", {"assistant": ""}, "assistant is not an id"),
        ("g3", {"reject": {"code": 7}}, "reject is not a sentence"),
        ("g3", {"max_duration": "soon"}, "max_duration is not a duration"),
        ("g3", {"max_duration": 0}, "max_duration is not a duration"),
        ("g3", {"max_duration": float("nan")}, "max_duration is not a duration"),
        ("g3", {"max_duration": 1e400}, "max_duration is not a duration"),
    ],
)
def test_what_cannot_be_said_is_told_and_the_saved_assistant_takes_the_call(
    generation: str, answer: dict[str, Any], problem: str
) -> None:
    assert told(generation, **answer) == ({}, [problem])


def test_a_configuration_outweighs_an_id() -> None:
    assert told("g3", config=CONFIG, assistant="asst_1") == (
        {"assistant": CONFIG},
        ["assistant is left out beside a config"],
    )


def test_the_answer_itself_is_left_alone() -> None:
    config = {"metadata": {"a": 1}}
    told("g3", config=config, metadata={"b": 2}, override={"c": 3})
    assert config == {"metadata": {"a": 1}}
