from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import pytest

from rules.engine.cases.caseplayer import Call
from rules.engine.cases.caseturns import Told
from rules.engine.cases.expect import compare
from rules.engine.playing.played import Played, StepTrace
from rules.engine.vocabulary import Asked
from tests.rules.engine.vocab import rule_of

RULE = rule_of("description: x\non: tool-calls\nanswer: { result: x }\n")
PLAYED = Played(
    RULE,
    outcome="ran",
    answer={"result": {"n": 3, "ok": True}},
    steps=[StepTrace("a", "log", "done", 3), StepTrace("b", "log", "skipped", 4)],
)
OWN = RULE.name
ASKED = Asked("POST", "https://crm.example.com/notes", {"q": "1"}, {}, {"text": "hello"})
CALLS = [
    Call(OWN, "a", "http.request", {"url": "u", "query": {"phone": "1", "x": "y"}}, tries=2, asked=ASKED),
    Call(OWN, "b", "log", {"message": "m"}, 0, tries=1),
    Call("other", "a", "number.link", {"number": "+31"}, tries=1),
    Call(OWN, "a", "http.request", {"url": "v"}, tries=1),
]
EMITTED = [{"event": "later", "data": {"n": 1, "m": 2}, "at": datetime(2026, 1, 5, 11, tzinfo=UTC)}]


def told(played: Played = PLAYED, late: bool = False, turns: Sequence[Played] = ()) -> Told:
    memory = {"caller": {"calls": 3}, "call": {}}
    return Told(played, CALLS, late, {"result": "wait"}, memory, EMITTED, turns)


def differences(expect: dict[str, Any], played: Played = PLAYED, **more: Any) -> list[str]:
    return [difference.text for difference in compare(expect, told(played, **more))]


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
        {"calls": [{"request": {"method": "POST", "url": "https://crm.example.com/*", "body": {"text": "hello"}}}]},
        {"calls": [{"step": "a", "tries": 2}, {"rule": "other", "action": "number.link"}, {"step": "a"}]},
        {"no_calls": [{"action": "number.buy"}, {"step": "c"}, {"request": {"method": "DELETE"}}]},
        {"no_calls": {"rule": OWN, "action": "number.link"}},
        {"memory": {"caller": {"calls": 3, "gone": None}}},
        {"emitted": [{"event": "later", "data": {"n": 1}, "at": "2026-01-05T12:00:00+01:00"}]},
        {"emitted": {"at": "2026-01-05T12:00"}},
        {"answer_has": {"result": {"n": 3}}},
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
        ({"calls": None}, ["calls: wanted none, got a, b, a"]),
        ({"calls": [{"step": "b"}, {"step": "b"}]}, ['calls[1]: wanted {"step": "b"}, got a']),
        ({"calls": [{"step": "a"}] * 3}, ['calls[2]: wanted {"step": "a"}, got nothing more']),
        (
            {"calls": [{"request": {"url": "https://crm.example.com/*", "body": {"text": "bye"}}}]},
            ['calls[0].request.body.text: wanted "bye", got "hello"'],
        ),
        ({"calls": [{"step": "a", "tries": 3}]}, ["calls[0].tries: wanted 3, got 2"]),
        (
            {"no_calls": [{"action": "number.link"}]},
            ['no_calls[0]: wanted no call like {"action": "number.link"}, got a: number.link {"number": "+31"}'],
        ),
        (
            {"no_calls": [{"request": {"url": "*/notes"}}]},
            [
                'no_calls[0]: wanted no call like {"request": {"url": "*/notes"}}, '
                "got a: http.request POST https://crm.example.com/notes?q=1"
            ],
        ),
        ({"memory": {"caller": {"calls": 4}}}, ["memory.caller.calls: wanted 4, got 3"]),
        ({"emitted": []}, ["emitted: wanted none, got later"]),
        ({"emitted": [{"event": "soon"}]}, ['emitted[0]: wanted {"event": "soon"}, got later']),
        (
            {"emitted": [{"event": "later", "at": "2026-01-05T11:00"}]},
            ['emitted[0].at: wanted "2026-01-05T11:00", got "2026-01-05T11:00:00Z"'],
        ),
        ({"answer_has": {"result": {"n": 4}}}, ["answer_has.result.n: wanted 4, got 3"]),
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
    alone = Played(RULE, outcome="not_matched", stopped_at="if")
    assert differences({"stopped_at": "if[0]"}, alone) == []
    assert differences({"stopped_at": "if[1]"}, alone) == ['stopped_at: wanted "if[1]", got "if"']
    assert differences({"stopped_at": "if[1]"}, stopped) == ['stopped_at: wanted "if[1]", got "if[0]"']


def test_lists_are_compared_item_by_item() -> None:
    played = Played(RULE, answer={"documents": ["a", "b"]})
    assert differences({"answer": {"documents": ["a", "c"]}}, played) == ['answer.documents[1]: wanted "c", got "b"']
    assert differences({"answer": {"documents": ["a"]}}, played) == ['answer.documents: wanted ["a"], got ["a", "b"]']


def test_turns_of_a_folder() -> None:
    other = rule_of("description: x\non: tool-calls\nanswer: { result: y }\n", name="other")
    turns = [Played(other, answer={"result": "y"}), Played(RULE, outcome="overtaken")]
    assert differences({"answered_by": "other", "rules": {"other": "ran", OWN: "overtaken"}}, turns=turns) == []
    assert differences({"answered_by": "nobody", "rules": {"gone": "ran"}}, turns=turns) == [
        "answered_by: wanted nobody, got other",
        'rules.gone: wanted "ran", got "does not listen"',
    ]
    assert differences({"answered_by": "nobody"}, turns=[Played(RULE, outcome="failed")]) == []


def test_larger_things_can_be_looked_at_as_a_whole() -> None:
    (found, _) = compare({"answer": {"result": {"n": 4}}}, told())
    assert found.whole is not None
    assert (found.whole.wanted, found.whole.got) == ({"result": {"n": 4}}, {"result": {"n": 3, "ok": True}})
