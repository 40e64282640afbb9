from __future__ import annotations

from rules.engine.playing.played import Played, StepResult, step_values
from tests.rules.engine.vocab import rule_of

RULE = rule_of("""\
description: x
on: end-of-call-report
steps:
  - { id: ask, action: http.request, with: { url: 'https://x.example' } }
  - { id: tell, action: notify, with: { to: x } }
  - { id: each, action: log, for_each: [a], with: { message: x } }
""")
ASK, TELL, EACH = RULE.steps


def test_declared_outputs_have_their_types_even_when_nothing_came() -> None:
    assert step_values(ASK, StepResult("skipped")) == {
        "steps.ask.outcome": "skipped",
        "steps.ask.status": 0.0,
        "steps.ask.headers": {},
        "steps.ask.body": {},
        "steps.ask.text": "",
    }
    given = step_values(ASK, StepResult("done", {"status": 200, "body": [1], "text": None, "extra": 1}))
    assert given["steps.ask.status"] == 200.0
    assert isinstance(given["steps.ask.status"], float)
    assert given["steps.ask.body"] == [1]
    assert given["steps.ask.text"] == ""
    assert "steps.ask.extra" not in given


def test_undeclared_outputs_are_a_map_without_nulls() -> None:
    values = step_values(TELL, StepResult("done", {"a": 1, "b": None}))
    assert values == {"steps.tell.outcome": "done", "steps.tell": {"a": 1}}


def test_items_of_for_each() -> None:
    values = step_values(EACH, StepResult("done", {"items": [{"outcome": "done"}]}))
    assert values == {"steps.each.outcome": "done", "steps.each.items": [{"outcome": "done"}]}
    assert step_values(EACH, StepResult("skipped"))["steps.each.items"] == []


def test_a_rule_that_gave_no_answer_has_no_place_for_it() -> None:
    assert Played(RULE).answer_at == ""
    assert Played(RULE, answer={}, answer_line=3).answer_at == "rules/live/ask_email.yaml:3"
