from __future__ import annotations

from zoneinfo import ZoneInfo

from rules.engine.cel.scope import Scopes, common_names, names_of_step
from tests.rules.engine.vocab import KINDS, VOCABULARY

SCOPES = Scopes(VOCABULARY, {"night_agent": "string"}, ZoneInfo("UTC"))


def test_scopes_are_made_once() -> None:
    one = SCOPES.scope(["tool-calls"], [], ["a"])
    assert SCOPES.scope(["tool-calls"], [], ["a"]) is one
    assert SCOPES.scope(["tool-calls"], [], ["b"]) is not one


def test_a_rule_of_two_kinds_sees_what_both_have() -> None:
    names = common_names([KINDS["tool-calls"], KINDS["status-update"]])
    assert "call.from" in names
    assert "tool.name" not in names
    assert common_names([]) == {}


def test_a_native_rule_sees_what_every_call_has_with_empty_values_in_reserve() -> None:
    scope = SCOPES.scope([], [], [])
    assert "call.from" in scope.words
    assert "report.duration" not in scope.words
    assert scope.empties["call.from"] == ""


def test_names_of_other_kinds_are_known_for_advice() -> None:
    assert SCOPES.scope(["status-update"], [], []).elsewhere["tool.name"] == ("tool-calls",)


def test_steps_bring_their_outputs() -> None:
    closed = names_of_step("a", {"value": "number"}, for_each=False)
    assert closed.words() == {"steps.a.value": "number", "steps.a.outcome": "string"}
    opened = names_of_step("a", {}, for_each=False)
    assert opened.words() == {"steps.a": "map", "steps.a.outcome": "string"}
    each = names_of_step("a", {"value": "number"}, for_each=True)
    assert each.words() == {"steps.a.items": "list", "steps.a.outcome": "string"}


def test_vars_secrets_and_memory_are_names() -> None:
    words = SCOPES.scope(["status-update"], [], ["token"]).words
    assert {"vars.night_agent", "secrets.token", "memory.caller", "now"} <= words.keys()
