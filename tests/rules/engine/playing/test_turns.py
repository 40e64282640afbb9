from __future__ import annotations

from dataclasses import replace

import pytest

from rules.engine.playing.played import Played
from rules.engine.playing.turns import has_acted, matching_rules, side_rules, take_turns
from rules.engine.rule import Rule
from tests.rules.engine.vocab import event, rule_of, tool_event, tool_view

ANSWERING = rule_of("description: x\non: tool-calls\nanswer: { result: x }\n")
SILENT = rule_of("description: x\non: tool-calls\nsteps: [{ action: log, with: { message: x } }]\n", name="silent")
BOOKING = rule_of("description: x\non: { tool-calls: book }\nanswer: { result: x }\n", name="booking")


async def turns(rules: list[Rule], answers: dict[str, dict[str, str] | None]) -> tuple[list[str], list[str]]:
    asked: list[str] = []

    async def play_one(rule: Rule) -> Played:
        asked.append(rule.name)
        answer = answers.get(rule.name)
        return Played(rule, answer=answer, outcome="ran" if answer is not None else "not_matched")

    played = await take_turns(rules, play_one)
    return asked, [f"{one.rule.name} {one.outcome}" for one in played]


async def test_the_first_answer_ends_it() -> None:
    rules = [replace(ANSWERING, name=name) for name in ("c", "a", "b")]
    asked, played = await turns(rules, {"b": {"result": "x"}, "c": {"result": "y"}})
    assert asked == ["a", "b"]
    assert played == ["a not_matched", "b ran", "c overtaken"]


async def test_an_empty_answer_is_an_answer() -> None:
    rules = [replace(ANSWERING, name=name) for name in ("a", "b")]
    assert (await turns(rules, {"a": {}}))[1] == ["a ran", "b overtaken"]


async def test_backstops_come_last_whatever_their_priority() -> None:
    last = replace(ANSWERING, name="last", backstop=True, priority=1)
    first = replace(ANSWERING, name="zz", priority=200)
    assert (await turns([last, first], {}))[0] == ["zz", "last"]


def test_rules_without_an_answer_stand_aside() -> None:
    assert side_rules([ANSWERING, SILENT]) == [SILENT]


def test_matching_is_about_kind_and_tool() -> None:
    rules = [SILENT, BOOKING, ANSWERING]
    assert [rule.name for rule in matching_rules(rules, tool_event(tool_view("book")))] == [
        "ask_email",
        "booking",
        "silent",
    ]
    assert matching_rules(rules, event()) == []
    other = tool_view("cancel")
    assert [rule.name for rule in matching_rules(rules, tool_event(other), other)] == ["ask_email", "silent"]


@pytest.mark.parametrize(
    ("outcome", "stopped_at", "acted"),
    [
        ("ran", None, True),
        ("failed", "steps[0]", True),
        ("overtaken", None, True),
        ("error", "steps[0].if", True),
        ("error", "answer[0]", True),
        ("error", "if[0]", False),
        ("error", "limit", False),
        ("not_matched", "if", False),
        ("limited", "limit", False),
        ("paused", None, False),
        ("shadow", None, False),
    ],
)
def test_which_rules_have_acted_as_backstops_see_it(outcome: str, stopped_at: str | None, acted: bool) -> None:
    assert has_acted(Played(ANSWERING, outcome=outcome, stopped_at=stopped_at)) is acted
