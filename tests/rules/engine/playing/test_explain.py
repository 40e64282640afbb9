from __future__ import annotations

import pytest

from rules.engine.playing.explain import start_of_name
from tests.rules.engine.vocab import found

RULE = """\
description: x
on: KINDS
if: 'EXPR'
steps:
  - id: first
    action: memory.add
    with: { scope: call, key: k }
  - action: log
    with: { message: 'v ${{ steps.first.value }}' }
"""


def said(expression: str, kinds: str = "end-of-call-report") -> list[str]:
    return found(RULE.replace("KINDS", kinds).replace("EXPR", expression.replace("'", "''")))


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ('call.form == ""', '3:6 unknown name "call.form"; did you mean "call.from"?'),
        ("true && call.form", '3:14 unknown name "call.form"; did you mean "call.from"?'),
        ("zebra", '3:6 unknown name "zebra"'),
        ("call", '3:6 "call" is a group of names; write for example call.id, call.from or call.to'),
        ('tool.name == "x"', '3:6 "tool.name" exists only for tool-calls'),
        ("vars.most_ > 3", '3:6 unknown name "vars.most_"; did you mean "vars.most"?'),
        ('secrets.crm == ""', '3:6 unknown secret "crm"; set HOOKSWITCH_SECRET_CRM'),
        ('steps.frist.outcome == "done"', '3:6 there is no step with the id "frist"; did you mean "first"?'),
        ("steps.first.valeu == 1", '3:6 step "first" gives outcome or value, not "valeu"; did you mean "value"?'),
        ("steps == 1", "3:6 write steps.ID.outcome or an output of that step"),
        ("steps.first == 1", "3:6 write for example steps.first.outcome"),
        ("call.from > 3", "3:16 > cannot compare text with a whole number"),
        ("call.from == null", '3:16 == cannot compare text with null; a name is never null, compare with ""'),
        ("size(call.from) == 3.0", "== cannot compare a whole number with a number; write both with a point"),
        ("!call.from", '! joins true or false, not text; write a comparison such as x != ""'),
        ('call.from + 1 == ""', "+ does not work on text and a whole number"),
        ("call.from ? true : false", "? : needs true or false before it"),
        ('call.from.x == ""', "text has no fields; nothing can follow it with a dot"),
        ('call.from.startWith("x")', '3:16 unknown function "startWith"; did you mean "startsWith"?'),
        ('startsWith(call.from, "x")', '"startsWith" is written after the value, as in call.from.startsWith(...)'),
        ("lowr(call.from) == 'a'", '3:6 unknown function "lowr"; did you mean "lower"?'),
        ("phone.contry(call.from) == 'NL'", '3:6 unknown function "phone.contry"; did you mean "phone.country"?'),
        (
            "open_now(call.to, now)",
            "open_now cannot take text and a moment; write for example open_now(vars.hours, now)",
        ),
        ("open_now(now)", "3:6 open_now is written like this: open_now(vars.hours, now)"),
        ("raw.?a == 3", "a value that may be missing with a whole number; say what counts when it is missing"),
        ('call.from = "x"', '3:16 write == instead of "="'),
        ('call.from == "a" and true', '3:23 write && instead of "and"'),
        ('not (call.from == "a = b")', '3:6 write ! instead of "not"'),
        ('call.from == "a', "this quote is never closed"),
        ("(call.from == call.to", "the expression ends too early"),
        ("call.from == ", "the expression ends too early"),
        ("call.from == call.to )", "this is not an expression from here on: )"),
        ("(" * 60 + "true" + ")" * 60, "3:6 this expression is nested too deeply"),
    ],
)
def test_every_mistake_has_a_sentence(expression: str, message: str) -> None:
    lines = said(expression)
    assert any(message in line for line in lines), lines


def test_several_mistakes_in_one_expression_are_all_named() -> None:
    assert said('call.form == "" && call.too == ""') == [
        '3:6 unknown name "call.form"; did you mean "call.from"?',
        '3:25 unknown name "call.too"; did you mean "call.to"?',
    ]


def test_a_name_that_only_one_of_two_kinds_has() -> None:
    lines = said("report.duration > 3", "[end-of-call-report, status-update]")
    assert lines == ['3:6 "report.duration" does not exist for status-update, which this rule listens to as well']


def test_the_start_of_a_name_is_found_from_its_last_dot() -> None:
    assert start_of_name("x + call.form", 8) == 4
    assert start_of_name("x + call.form", 2) == 2
