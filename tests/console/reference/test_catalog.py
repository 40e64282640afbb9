from __future__ import annotations

from typing import Any

import pytest

from console.reference.catalog import (
    IN_DOUBT,
    action_record,
    action_records,
    function_records,
    kind_records,
    type_word,
)
from rules.engine.cel.functions import FUNCTIONS
from store.event import KINDS
from workers.actions import ACTIONS


def parameters(name: str) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in action_record(ACTIONS[name])["parameters"]}


def test_every_action_is_told_in_full() -> None:
    records = {record["name"]: record for record in action_records()}
    assert records.keys() == ACTIONS.keys()
    for record in records.values():
        assert record["in_doubt"] in IN_DOUBT
        assert [each["name"] for each in (*record["parameters"], *record["outputs"]) if not each["doc"]] == []


def test_parameters_say_type_and_default() -> None:
    set_ = parameters("memory.set")
    assert set_["ttl"] == {"name": "ttl", "type": "duration", "required": False, "doc": set_["ttl"]["doc"]}
    assert (set_["scope"]["type"], set_["scope"]["required"]) == ("call or caller", True)
    assert parameters("log")["level"]["default"] == "info"
    assert parameters("emit")["at"]["type"] == "timestamp"
    assert "default" not in parameters("call.say")["call"]


def test_platforms_with_their_generations() -> None:
    assert action_record(ACTIONS["call.say"])["platforms"] == {"flireo": ["g2", "g3"], "vapi": []}
    assert action_record(ACTIONS["number.link"])["platforms"]["fluents"] == []
    assert action_record(ACTIONS["log"])["platforms"] is None


@pytest.mark.parametrize(
    ("schema", "word"),
    [
        ({"type": "integer"}, "number"),
        ({"enum": ["a", "b"]}, "a or b"),
        ({"anyOf": [{"type": "string"}, {"type": "null"}]}, "string"),
        ({"anyOf": [{"type": "string"}, {"type": "integer"}, {"type": "number"}]}, "string or number"),
        ({}, "any JSON"),
    ],
)
def test_type_words(schema: dict[str, Any], word: str) -> None:
    assert type_word(schema) == word


def test_every_name_of_every_kind_has_a_meaning() -> None:
    records = {record["name"]: record for record in kind_records()}
    assert records.keys() == KINDS.keys()
    for record in records.values():
        assert [name["name"] for name in record["names"] if not name["doc"]] == []
    assert records["tool-calls"]["answers"] == ["error", "result", "say"]
    assert "status-update" in records["status-update"]["natives"]["flireo"]


def test_our_functions_come_before_those_of_cel() -> None:
    ours = [record["name"] for record in function_records() if record["ours"]]
    assert ours == list(FUNCTIONS)
    assert [record["ours"] for record in function_records()] == sorted(
        (record["ours"] for record in function_records()), reverse=True
    )
