from __future__ import annotations

from typing import Any

import pytest

from rules.engine.caseplayer import Call
from rules.engine.expect import compare
from rules.engine.played import Played, StepTrace
from tests.rules.engine.vocab import rule_of

RULE = rule_of("description: x\non: tool-calls\nanswer: { result: x }\n")
PLAYED = Played(
    RULE,
    outcome="ran",
    answer={"result": {"n": 3, "ok": True}},
    steps=[StepTrace("a", "log", "done", 3), StepTrace("b", "log", "skipped", 4)],
)
CALLS = [
    Call("a", "http.request", {"url": "u", "query": {"phone": "1", "x": "y"}}),
    Call("b", "log", {"message": "m"}, 0),
    Call("a", "http.request", {"url": "v"}),
]


def differences(expect: dict[str, Any], played: Played = PLAYED, late: bool = False) -> list[str]:
    return [difference.text for difference in compare(expect, played, CALLS, late, {"result": "wait"})]


@pytest.mark.parametrize(
    "expect",
    [
        {},
        {"outcome": "ran", "stopped_at": None, "late": False},
        {"answer": {"result": {"n": 3.0, "ok": True}}},
        {"steps": {"b": "skipped"}},
        {"meanwhile": {"result": "wait"}},
        {"calls": [{"step": "a", "with": {"query": {"phone": "1"}}}, {"step": "a", "with": {"url": "v"}}]},
        {"calls": [{"action": "log", "index": 0}]},
        {"calls": {"step": "b"}},
        {"error": ""},
    ],
)
def test_what_is_as_expected(expect: dict[str, Any]) -> None:
    assert differences(expect) == []


@pytest.mark.parametrize(
    ("expect", "lines"),
    [
        ({"outcome": "failed"}, ['outcome: wanted "failed", got "ran"']),
        ({"stopped_at": "if[1]"}, ['stopped_at: wanted "if[1]", got nothing']),
        (
            {"answer": {"result": {"n": 4}}},
            ["answer.result.n: wanted 4, got 3", "answer.result.ok: wanted nothing, got true"],
        ),
        ({"answer": {"result": {"n": 3, "ok": 1}}}, ["answer.result.ok: wanted 1, got true"]),
        ({"answer": None}, ['answer: wanted nothing, got {"result": {"n": 3, "ok": true}}']),
        ({"late": True}, ["late: wanted true, got false"]),
        (
            {"steps": {"b": "done", "c": "done"}},
            ['steps.b: wanted "done", got "skipped"', 'steps.c: wanted "done", got nothing'],
        ),
        ({"calls": []}, ["calls: wanted none, got a, b, a"]),
        ({"calls": [{"step": "b"}, {"step": "b"}]}, ['calls[1]: wanted {"step": "b"}, got a']),
        (
            {"calls": [{"step": "a", "with": {"query": {"phone": "2"}}}]},
            ['calls[0].with.query.phone: wanted "2", got "1"'],
        ),
        ({"error": "timeout"}, ['error: wanted one with "timeout", got ""']),
    ],
)
def test_differences_are_named(expect: dict[str, Any], lines: list[str]) -> None:
    assert differences(expect) == lines


def test_a_single_condition_may_be_called_if() -> None:
    stopped = Played(RULE, outcome="not_matched", stopped_at="if[0]")
    assert differences({"stopped_at": "if"}, stopped) == []
    assert differences({"stopped_at": "if[1]"}, stopped) == ['stopped_at: wanted "if[1]", got "if[0]"']


def test_lists_are_compared_item_by_item() -> None:
    played = Played(RULE, answer={"documents": ["a", "b"]})
    assert differences({"answer": {"documents": ["a", "c"]}}, played) == ['answer.documents[1]: wanted "c", got "b"']
    assert differences({"answer": {"documents": ["a"]}}, played) == ['answer.documents: wanted ["a"], got ["a", "b"]']
