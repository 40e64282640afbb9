from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from rules.engine.cel.functions import FUNCTIONS, bucket, country, e164
from tests.rules.engine.vocab import rule_of, tool_event, tool_view

RULE = """\
description: x
on: tool-calls
answer:
  result: '${{ EXPR }}'
"""


def value_of(expression: str, **arguments: Any) -> Any:
    """The value an expression gives inside a rule of the Amsterdam office, on 2 March 2026 at 19:00 there."""
    rule = rule_of(RULE.replace("EXPR", expression.replace("'", "''")))
    tool = tool_view(**arguments)
    view = tool_event(tool)
    activation = rule.activation({**view.plain, **tool.plain, **rule.variables})
    return rule.answer[0].template.render(activation)["result"]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("open_now(vars.hours, now)", False),
        ('open_now(vars.hours, timestamp("2026-03-02T16:00:00Z"))', True),
        ("next_open(vars.hours, now)", "2026-03-03T08:00:00Z"),
        ("date(now)", "2026-03-02"),
        ('date(timestamp("2026-03-02T23:30:00Z"))', "2026-03-03"),
        ("time(now)", "19:00"),
        ("weekday(now)", "mon"),
        ("phone.country(call.from)", "NL"),
        ('phone.country("anonymous")', ""),
        ('phone.e164("06 12345678", "NL")', "+31612345678"),
        ('phone.e164("call me", "nl")', ""),
        ('lower("ÀB")', "àb"),
        ("bucket(call.from, 1)", 0),
        ("bucket(call.from, vars.most) < 3", True),
        ("to_json(tool.arguments)", '{"n": 3}'),
        ("to_json([1, 2.0])", "[1, 2]"),
        ("to_json(tool.arguments.n)", "3"),
        ("to_json(now)", '"2026-03-02T18:00:00Z"'),
        ("to_json(null)", "null"),
        ('to_json("a")', '"a"'),
    ],
)
def test_functions_inside_rules(expression: str, value: object) -> None:
    assert value_of(expression, n=3) == value


def test_every_documented_function_compiles_as_its_usage_says() -> None:
    for words in FUNCTIONS.values():
        rule_of(RULE.replace("EXPR", words.usage.replace("'", "''")))


def test_buckets_are_stable_and_even() -> None:
    counts = Counter(bucket(f"+3161234{number}", 10) for number in range(2000))
    assert set(counts) == set(range(10))
    assert min(counts.values()) > 120
    assert bucket("+31612340001", 10) == bucket("+31612340001", 10)


def test_a_bucket_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least 1"):
        bucket("x", 0)


def test_numbers_of_nowhere() -> None:
    assert country("") == ""
    assert country("+999123") == ""
    assert e164("+31612345678", "US") == "+31612345678"
    assert e164("1", "NL") == ""
