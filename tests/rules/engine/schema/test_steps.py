from __future__ import annotations

import pytest

from rules.engine.loading.readsteps import RETRY_KEYS, STEP_KEYS
from rules.engine.schema.steps import DOCS, platforms_in_words, step_schema
from rules.engine.schema.words import Schema
from tests.rules.engine.schema.support import faults_in
from tests.rules.engine.vocab import ACTIONS, VOCABULARY

STEP = step_schema(VOCABULARY)


def then_of(action: str) -> Schema:
    condition = {"not": {"properties": {"action": {"not": {"const": action}}}}}
    then: Schema = next(branch["then"] for branch in STEP["allOf"] if branch.get("if") == condition)
    return then


def test_every_key_has_its_words() -> None:
    assert set(DOCS) == set(STEP_KEYS)
    assert list(STEP["properties"]) == list(STEP_KEYS)
    assert set(STEP["properties"]["retry"]["properties"]) == set(RETRY_KEYS)


def test_actions_are_offered_with_what_they_do() -> None:
    action = STEP["properties"]["action"]
    assert action["enum"] == sorted(ACTIONS)
    assert action["enumDescriptions"][action["enum"].index("log")] == "Write a line."


def test_hover_text_of_an_action_says_it_all() -> None:
    say = then_of("call.say")["properties"]["action"]["markdownDescription"]
    assert "Acts on a live call." in say
    assert "Platforms: flireo (g2, g3)." in say
    assert "Skipped when nobody knows" in say
    http = then_of("http.request")["properties"]["action"]["markdownDescription"]
    assert "`status`" in http
    assert "Platforms" not in http
    assert "`url` (required)" in then_of("http.request")["properties"]["with"]["markdownDescription"]


@pytest.mark.parametrize("action", sorted(ACTIONS))
def test_every_action_has_its_parameters_and_a_snippet(action: str) -> None:
    with_ = then_of(action)["properties"]["with"]
    names = {info.alias or name for name, info in ACTIONS[action].params.model_fields.items()}
    assert set(with_["properties"]) == names
    body = next(each["body"] for each in STEP["defaultSnippets"] if each["label"] == f"step: {action}")
    assert set(body.get("with", {})) == set(with_.get("required", []))


@pytest.mark.parametrize(
    "text",
    [
        "action: number.list",
        'action: http.request\nwith: { url: "https://x", accept: [404], method: "${{ vars.m }}" }',
        'action: http.request\nwith: { url: "https://x", accept: "${{ vars.statuses }}" }',
        "action: memory.add\nwith: { scope: caller, key: calls, value: '${{ 1.0 }}', ttl: 7d }",
        "action: log\nwith: { message: 3 }\nfor_each: [1, 2]\nretry: { tries: 2, first: 1s, factor: 1.5, max_age: 1h }",
        "id: a1\nname: x\nif: call.from != ''\naction: log\nwith: { message: x }\ntimeout: 3s\non_error: continue",
    ],
)
def test_steps_that_are_right(text: str) -> None:
    text = text if "number.list" not in text else "action: number.link\nwith: { number: +31850000001, agent: a }"
    assert faults_in(STEP, text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("with: { message: x }", "(top)"),
        ("action: lgo", "action"),
        ("action: log", "(top)"),
        ("action: log\nwith: {}", "with"),
        ("action: log\nwith: { message: x, loud: true }", "with"),
        ("action: log\nwith: { message: x, level: shouting }", "with.level"),
        ("action: log\nwith: text", "with"),
        ("action: http.request\nwith: { url: https://x, accept: many }", "with.accept"),
        ("action: http.request\nwith: { url: https://x, accept: [many] }", "with.accept.0"),
        ("action: log\nwith: { message: x }\ntimeout: 3 s", "timeout"),
        ("action: log\nwith: { message: x }\nretry: { tries: 0 }", "retry.tries"),
        ("action: log\nwith: { message: x }\nretry: { times: 3 }", "retry"),
        ("action: log\nwith: { message: x }\non_error: ignore", "on_error"),
        ("action: log\nwith: { message: x }\nfor_each: text", "for_each"),
        ("action: log\nwith: { message: x }\nid: a-b", "id"),
        ("action: log\nwith: { message: x }\nuses: y", "(top)"),
    ],
)
def test_steps_that_are_wrong(text: str, place: str) -> None:
    assert place in faults_in(STEP, text)


def test_platforms() -> None:
    assert platforms_in_words({"b": frozenset({""}), "a": frozenset({"g2", "g1"})}) == "a (g1, g2), b"
