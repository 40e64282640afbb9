from __future__ import annotations

import pytest

from tests.rules.engine.vocab import found

CONDITION = """\
description: x
on: end-of-call-report
if: 'EXPR'
steps:
  - action: log
    with: { message: hello }
"""
VALUE = """\
description: x
on: end-of-call-report
steps:
  - action: log
    with:
      message: 'a ${{ EXPR }}'
"""


def condition(expression: str) -> list[str]:
    return found(CONDITION.replace("EXPR", expression.replace("'", "''")))


def value(expression: str) -> list[str]:
    return found(VALUE.replace("EXPR", expression.replace("'", "''")))


EACH = VALUE.replace("log\n", "log\n    for_each: ${{ report.messages }}\n")


def each(expression: str) -> list[str]:
    return found(EACH.replace("EXPR", expression.replace("'", "''")))


@pytest.mark.parametrize(
    "expression",
    [
        "index + 1",
        "(index + 1) * 2 - size(report.messages)",
        "index % 2 == 0",
        "index == 1.0 || index > 2",
        "-index",
        "double(index) * 1.5",
        "double(index) * report.duration",
        "string(index + 1) + '.'",
        "report.messages[index].text",
        "(index > 2 ? index : index + 1) + 1",
        "index + int(item.n)",
    ],
)
def test_the_index_counts_in_whole_numbers(expression: str) -> None:
    assert each(expression) == []


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("index + 1.0", "7:31 index is a whole number; write 1 instead of 1.0"),
        ("index * 1.5", "7:31 index is a whole number; write double(index)"),
        ("index + '.'", "7:31 index is a whole number; write string(index)"),
        ("index * double(item.n)", "7:31 index is a whole number; write double(index)"),
        ("index * report.duration", "7:23 report.duration is a number with a fraction; write double(index)"),
        ("index + item.n", "7:31 item.n has no type yet; write int(item.n) here"),
        ("index == '1'", "7:32 index is a number, this is text"),
    ],
)
def test_the_index_does_not_go_together_with_everything(expression: str, message: str) -> None:
    assert each(expression) == [message]


@pytest.mark.parametrize(
    "expression",
    [
        "report.duration > 60",
        "report.duration > 60.0 && report.cost < 1",
        "report.duration / 60.0 > 2.0",
        "60.0 * (report.duration + report.cost) > 2.0",
        "-report.duration < 0.0",
        "(call.to == '' ? report.duration : report.cost) * 2.0 > 1.0",
        "double(raw.a) * 1.21 > 2.0",
        "int(raw.a) + 1 > 2",
        "'a' + string(raw.a) == 'ab'",
        "size(report.messages) + 1 > 3",
        "report.messages + [raw.a] != []",
        "now - duration('1h') > event.occurred_at",
        "[size(raw), 2].exists(x, x + 1 > 2)",
        "raw.n > 3",
        "raw.flag",
        "[call.from].exists(item, item == call.to)",
    ],
)
def test_sound_expressions_pass(expression: str) -> None:
    assert condition(expression) == []


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("raw.a * 1.21 > 2.0", "3:6 raw.a has no type yet; write double(raw.a) here"),
        ("1.21 * raw.?a.orValue(1) > 2.0", "3:13 x has no type yet; write double(x) here"),
        ("'a' + raw.b.c == 'ab'", "3:14 raw.b.c has no type yet; write string(raw.b.c) here"),
        ("report.messages[0].n - 1 == 1", "3:6 x has no type yet; write double(x) here"),
        ("report.duration + 60 > 3", "3:24 report.duration is a number with a fraction; write 60.0 instead of 60"),
        ("report.duration * 60 > 3.0", "3:27 > cannot compare a whole number with a number; write both with a point"),
        ("raw.n == report.cost % 2", "3:15 % works on whole numbers; write int(report.cost)"),
        ("raw.n == report.cost % 2.0", "% works on whole numbers, not on an untyped value and a number"),
        ("report.duration + size(raw) != 1", "report.duration is a number with a fraction; write double("),
        ("report.duration == 'x'", "3:25 report.duration is a number, this is text"),
        ("report.duration in [1.0]", ""),
        ("call.to in vars.most", "3:17 vars.most is a number; `in` needs a list or a map"),
    ],
)
def test_arithmetic_that_would_fail_later_is_refused(expression: str, message: str) -> None:
    said = condition(expression)
    assert (said == []) if not message else any(message in line for line in said), said


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("has(call.from)", '3:10 call.from always exists; compare it: call.from != ""'),
        ("has(report.duration) && true", "3:10 report.duration always exists; compare it: report.duration != 0"),
        ("has(vars.night_agent) || true", '3:10 vars.night_agent always exists; compare it: vars.night_agent != ""'),
        ("report.summary", '3:6 a condition must be true or false, this is text; write report.summary != ""'),
        ("report.duration", "3:6 a condition must be true or false, this is a number"),
        ("size(call.from)", "3:6 a condition must be true or false, this is a number"),
        ("now", "3:6 a condition must be true or false, this is a moment"),
        ("raw.?flag", '3:6 raw.?flag may be missing; say what counts then, as in raw.?flag.orValue("")'),
        ("google.protobuf.Struct{} == raw", "google.protobuf.Struct cannot be built here"),
        ("secrets.crm_token == call.from", "3:6 secrets.crm_token can be used only inside `with`, not in `if`"),
        ("item == call.from", '3:6 "item" exists only inside the `with` of a step with `for_each`'),
    ],
)
def test_misunderstandings_are_named(expression: str, message: str) -> None:
    said = condition(expression)
    assert any(message in line for line in said), said


@pytest.mark.parametrize(
    "expression",
    [
        "[raw.?a]",
        "{'a': raw.?a}",
        "[dyn(raw.?a)]",
        "to_json({'a': dyn(raw.?a)})",
        "true ? raw.?a : raw.b",
        "[1].map(x, raw.?a)",
        "raw.?a[0]",
        "raw.?a == raw.?b",
        "optional.of(raw.?a).hasValue()",
        "{'a': {'b': optional.none()}}",
        "raw.?a.optMap(x, raw.?b)",
        "type(raw.?a)",
    ],
)
def test_a_value_that_may_be_missing_never_gets_where_the_library_would_crash(expression: str) -> None:
    assert any("may be missing" in line for line in value(expression)), value(expression)


@pytest.mark.parametrize(
    "expression",
    [
        "raw.?a.orValue({})",
        "{?'a': raw.?a}",
        "[?raw.?a]",
        "raw.?a.?b.or(raw.?c).orValue(1)",
        "raw.?a.b.orValue('')",
        "raw[?'a'].orValue(1)",
        "raw.?a.optMap(x, string(x)).orValue('')",
        "raw.?a.optFlatMap(x, x.?b).orValue('')",
        "raw.?a.hasValue() ? 'yes' : 'no'",
        "has(raw.a.b) ? raw.a.b : 1",
    ],
)
def test_optionals_that_are_settled_pass(expression: str) -> None:
    assert value(expression) == []


def test_opening_hours_must_be_readable() -> None:
    vars_text = "timezone: Europe/Amsterdam\nshop: { mon: nine }\n"
    said = found(CONDITION.replace("EXPR", "open_now(vars.shop, now)"), vars_text=vars_text)
    assert said == ['3:15 vars.shop: mon: "nine" is not a span of time; write "09:00-18:00", closed or open']


def test_local_time_without_a_zone_is_a_warning() -> None:
    said = found(CONDITION.replace("EXPR", 'time(now) < "12:00"'), vars_text="")
    assert said == ["3:6 vars.yaml has no `timezone`, so local times are those of UTC"]
