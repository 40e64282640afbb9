from __future__ import annotations

from pathlib import Path

import pytest

from rules.engine.checks.check import check_folder
from tests.rules.engine.vocab import VOCABULARY, write_folder

STEP = "steps: [{ action: log, with: { message: x } }]\n"
REPORT = f"description: x\non: end-of-call-report\n{STEP}"


def said(folder: Path, rules: dict[str, str]) -> list[str]:
    tests = {
        f"{name}.test.yaml": "cases:\n  - { name: n, event: { fields: {} }, expect: { outcome: ran } }\n"
        for name in rules
    }
    write_folder(folder, {f"{name}.yaml": text for name, text in rules.items()} | tests)
    return [f"{f.rule}:{f.line}:{f.column} {f.message}" for f in check_folder(folder, VOCABULARY)]


def answering(on: str = "{ tool-calls: book }", more: str = "", answer: str = "{ result: x }") -> str:
    return f"description: x\non: {on}\n{more}answer: {answer}\n"


def test_a_rule_that_never_gets_a_turn(tmp_path: Path) -> None:
    rules = {"a": answering("tool-calls"), "b": answering(more="if: call.from != ''\n")}
    assert said(tmp_path, rules) == ["b:2:7 never gets a turn: a (priority 100) answers every book before it"]


def test_two_rules_with_nothing_between_them(tmp_path: Path) -> None:
    rules = {"a": answering(more=STEP), "b": answering("{ tool-calls: [book, move] }")}
    assert said(tmp_path, rules) == [
        "b:2:7 a answers book or move too, and neither rule has a condition; a comes first"
    ]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (answering(more="if: call.from != ''\n"), answering()),
        (answering(more=STEP), answering(more="if: call.from != ''\n")),
        (answering(), answering("{ tool-calls: move }")),
        (answering(), answering(more="backstop: true\n")),
        (answering(more="enabled: false\n"), answering()),
        (answering(more="mode: shadow\n"), answering()),
        (answering(more="limit: { count: 1, per: 1h }\n"), answering(more="if: call.from != ''\n")),
        (answering(answer="[{ if: call.from != '', result: x }]"), answering()),
        (REPORT, REPORT),
    ],
)
def test_rules_that_share_nothing_or_have_conditions(tmp_path: Path, first: str, second: str) -> None:
    assert said(tmp_path, {"a": first, "b": second}) == []


def test_rules_that_trigger_each_other(tmp_path: Path) -> None:
    def emits(heard: str, told: str) -> str:
        return f"description: x\non: {{ event: {heard} }}\nsteps:\n  - action: emit\n    with: {{ event: {told} }}\n"

    rules = {"a": emits("one", "two"), "b": emits("two", "three"), "c": emits("three", "one"), "d": emits("x", "one")}
    assert said(tmp_path, rules) == ["a:4:5 rules trigger each other in a loop: a → b → c → a"]


def test_a_rule_that_triggers_itself(tmp_path: Path) -> None:
    text = "description: x\non: { event: again }\nsteps:\n  - { action: emit, with: { event: again } }\n"
    assert said(tmp_path, {"a": text}) == ["a:4:5 rules trigger each other in a loop: a → a"]


def test_an_event_nobody_hears(tmp_path: Path) -> None:
    text = "description: x\non: end-of-call-report\nsteps:\n  - { action: emit, with: { event: call_bcak } }\n"
    hears = f"description: x\non: {{ event: call_back }}\n{STEP}"
    assert said(tmp_path, {"a": text, "b": hears}) == [
        'a:4:5 no rule listens to the event "call_bcak"; did you mean "call_back"?'
    ]
    computed = text.replace("call_bcak", "'${{ call.to }}'")
    assert said(tmp_path, {"a": computed}) == []


def test_ids_that_nothing_uses(tmp_path: Path) -> None:
    text = """\
description: x
on: end-of-call-report
steps:
  - { id: used, action: memory.add, with: { scope: call, key: k } }
  - { id: unused, action: memory.add, with: { scope: call, key: k } }
  - { id: stubbed, action: http.request, with: { url: 'https://x.example' } }
  - { action: log, with: { message: '${{ steps.used.value }}' } }
"""
    write_folder(tmp_path, {"a.yaml": text})
    stubs = "stubs: { stubbed: { status: 200 } }"
    case = f"cases:\n  - {{ name: n, event: {{ fields: {{}} }}, {stubs}, expect: {{ outcome: ran }} }}\n"
    write_folder(tmp_path, {"a.test.yaml": case})
    found = [f"{f.line}:{f.column} {f.message}" for f in check_folder(tmp_path, VOCABULARY)]
    assert found == ['5:11 nothing uses the id "unused"']


@pytest.mark.parametrize(
    ("action", "fate"), [("call.say", "left as it is"), ("sms.send", "parked for a person"), ("call.inject", "left")]
)
def test_retries_of_what_may_not_be_repeated(tmp_path: Path, action: str, fate: str) -> None:
    with_ = "{ to: x }" if action == "sms.send" else "{ text: x }"
    text = f"description: x\non: status-update\nsteps:\n  - action: {action}\n    with: {with_}\n    retry: RETRY\n"
    lines = said(tmp_path, {"a": text.replace("RETRY", "{ tries: 3 }")})
    assert len(lines) == 1
    assert lines[0].startswith(f"a:6:5 {action} may not be repeated: when it may have happened it is {fate}")
    assert said(tmp_path, {"a": text.replace("RETRY", "{ tries: 1 }")}) == []
