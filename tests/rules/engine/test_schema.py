from __future__ import annotations

import json
from typing import Any

from rules.engine.readrule import RULE_KEYS
from rules.engine.schema import rule_schema
from tests.rules.engine.vocab import ACTIONS, KINDS, VOCABULARY

SCHEMA = rule_schema(VOCABULARY)


def with_of(action: str) -> dict[str, Any]:
    branches = SCHEMA["$defs"]["step"]["allOf"]
    found = next(branch for branch in branches if branch["if"]["properties"]["action"]["const"] == action)
    then: dict[str, Any] = found["then"]
    return then


def test_it_is_json_and_the_same_every_time() -> None:
    assert json.dumps(SCHEMA) == json.dumps(rule_schema(VOCABULARY))


def test_every_key_of_a_rule_is_described() -> None:
    assert set(SCHEMA["properties"]) == set(RULE_KEYS)
    assert all("description" in SCHEMA["properties"][key] for key in RULE_KEYS if key != "if")
    assert SCHEMA["additionalProperties"] is False


def test_kinds_and_filters() -> None:
    one, many, filtered = SCHEMA["properties"]["on"]["anyOf"]
    assert {kind["const"] for kind in one["oneOf"]} == set(KINDS)
    assert many["items"] == one
    assert {"tool-calls", "native", "event", "schedule"} <= set(filtered["properties"])
    assert "tool.name" in filtered["properties"]["tool-calls"]["description"]


def test_actions_bring_their_parameters_with_words() -> None:
    actions = SCHEMA["$defs"]["step"]["properties"]["action"]["oneOf"]
    assert [action["const"] for action in actions] == sorted(ACTIONS)
    assert {"const": "log", "description": "write a line"} in actions
    http = with_of("http.request")
    assert http["required"] == ["with"]
    assert http["properties"]["with"]["required"] == ["url"]
    assert http["properties"]["with"]["additionalProperties"] is False


def test_a_parameter_named_title_survives() -> None:
    assert "title" in with_of("notify")["properties"]["with"]["properties"]


def test_every_parameter_may_be_computed() -> None:
    accept = with_of("http.request")["properties"]["with"]["properties"]["accept"]
    assert any("pattern" in choice for choice in accept["anyOf"])


def test_aliases_are_the_names() -> None:
    assert "from" in with_of("call.start")["properties"]["with"]["properties"]


def test_nothing_refers_to_definitions_that_are_gone() -> None:
    text = json.dumps(SCHEMA)
    for reference in {part.split('"')[0] for part in text.split('"$ref": "')[1:]}:
        assert reference in ("#/$defs/step", "#/$defs/answer")
