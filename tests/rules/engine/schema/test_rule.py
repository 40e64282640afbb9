from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from rules.engine.loading.readholds import CONCURRENCY_KEYS, LIMIT_KEYS, ONCE_KEYS
from rules.engine.loading.readrule import RULE_KEYS
from rules.engine.schema.rule import DOCS, rule_schema
from tests.rules.engine.schema.support import faults_in
from tests.rules.engine.vocab import VOCABULARY

SCHEMA = rule_schema(VOCABULARY)
HEAD = "description: x\non: tool-calls\nanswer: { result: x }\n"


def test_it_is_the_same_every_time() -> None:
    assert json.dumps(SCHEMA) == json.dumps(rule_schema(VOCABULARY))


def test_every_key_has_its_words() -> None:
    assert set(DOCS) | {"on"} == set(RULE_KEYS)
    assert list(SCHEMA["properties"]) == list(RULE_KEYS)
    assert all(SCHEMA["properties"][key]["markdownDescription"] for key in RULE_KEYS)


@pytest.mark.parametrize(
    ("key", "inner"), [("limit", LIMIT_KEYS), ("once", ONCE_KEYS), ("concurrency", CONCURRENCY_KEYS)]
)
def test_every_key_of_a_hold_has_its_words(key: str, inner: tuple[str, ...]) -> None:
    properties = SCHEMA["properties"][key]["properties"]
    assert list(properties) == list(inner)
    assert all(properties[name]["description"] for name in inner)


def test_connections_that_are_known_are_offered() -> None:
    assert SCHEMA["properties"]["connections"]["anyOf"][0]["enum"] == ["front_desk"]


def walk(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
        for value in schema.values():
            yield from walk(value)
    elif isinstance(schema, list):
        for value in schema:
            yield from walk(value)


def test_references_lead_somewhere_and_stand_alone() -> None:
    """In draft 7 whatever stands beside a reference is not looked at."""
    references = [each for each in walk(SCHEMA) if isinstance(each.get("$ref"), str)]
    assert references
    for each in references:
        assert list(each) == ["$ref"]
        assert each["$ref"].removeprefix("#/definitions/") in SCHEMA["definitions"]


def test_nothing_is_deprecated() -> None:
    assert not any(key.startswith("deprecat") for each in walk(SCHEMA) for key in each)


@pytest.mark.parametrize(
    "text",
    [
        HEAD,
        HEAD + "within: 4s\nmeanwhile: { result: wait }\nlate: drop\nenabled: false\nmode: shadow\nbackstop: true\n",
        HEAD + "tags: night\nconnections: front_desk\nif: call.from != ''\npriority: 0.5\nowner: 7\nrunbook: x\n",
        HEAD
        + "tags: [a, 1]\nconnections: [x]\nif: [a, b]\nlimit: { count: 3, per: 1h, key: call.from, excess: skip }\n",
        HEAD + "once: { key: call.id, per: 1d }\nconcurrency: { key: call.id, max: 2, mode: skip }\nsteps: []\n",
        "description: x\non: status-update\nsteps: [{ action: log, with: { message: x } }]\n",
    ],
)
def test_rules_that_are_right(text: str) -> None:
    assert faults_in(SCHEMA, text) == []


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("on: tool-calls\nanswer: { result: x }", "(top)"),
        ("description: x\nanswer: { result: x }", "(top)"),
        ("description: x\non: tool-calls", "(top)"),
        ("description: x\non: status-update\nsteps: []", "steps"),
        ("description: x\non: status-update\nsteps: [{ action: log, with: { message: x } }]\nwithin: 3s", "(top)"),
        (HEAD + "colour: red", "(top)"),
        (HEAD + "owner:", "owner"),
        (HEAD + "enabled: yes", "enabled"),
        (HEAD + "mode: dark", "mode"),
        (HEAD + "if: []", "if"),
        (HEAD + "if: 3", "if"),
        (HEAD + "priority: high", "priority"),
        (HEAD + "within: 0s", "within"),
        (HEAD + "late: later", "late"),
        (HEAD + "limit: { count: 0, per: 1h }", "limit.count"),
        (HEAD + "limit: { count: 1 }", "limit"),
        (HEAD + "limit: { count: 1, per: 1h, every: x }", "limit"),
        (HEAD + "once: {}", "once"),
        (HEAD + "concurrency: { mode: wait }", "concurrency.mode"),
        (HEAD + "steps: { action: log }", "steps"),
    ],
)
def test_rules_that_are_wrong(text: str, place: str) -> None:
    assert place in faults_in(SCHEMA, text)
