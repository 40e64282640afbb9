from __future__ import annotations

from rules.engine.cases.coverage import Coverage
from rules.engine.playing.play import Surroundings, matches
from tests.rules.engine.vocab import rule_of, tool_event, tool_view

RULE = rule_of("""\
description: x
on: tool-calls
if: tool.arguments.?n.orValue(0) > 1
steps:
  - { action: log, with: { message: x } }
answer:
  - if: call.from != ""
    result: x
  - result: y
""")


def test_nothing_played_is_one_line() -> None:
    coverage = Coverage.of([RULE])
    assert [line.text for line in coverage.unreached] == [
        "rules/live/ask_email.yaml:1 ask_email: no case plays this rule"
    ]
    assert coverage.share == 0


def test_what_was_reached_is_gone() -> None:
    coverage = Coverage.of([RULE])
    tool = tool_view(n=0)
    coverage.note("ask_email", matches(RULE, tool_event(tool), tool, Surroundings()))
    coverage.note("ask_email", None)
    assert [line.what for line in coverage.unreached] == [
        "if is never true",
        "steps[0] (log) is never performed",
        "answer[0] is never given",
        "answer[0].if is never false",
        "answer[0].if is never true",
        "answer[1] is never given",
    ]
    assert coverage.share == 2 / 8


def test_no_rules_are_wholly_covered() -> None:
    assert Coverage.of([]).share == 1.0
