from __future__ import annotations

import pytest

from rules.engine.cel.celliterals import is_zone
from tests.rules.engine.vocab import found

RULE = """\
description: x
on: assistant-request
if:
  - 'EXPR'
answer: { default: true }
"""


def problems(expression: str) -> list[str]:
    return found(RULE.replace("EXPR", expression.replace("'", "''")))


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ('now > timestamp("2026-13-01T00:00:00Z")', '4:22 "2026-13-01T00:00:00Z" is not a moment'),
        ('now - duration("7d") > now', '4:21 "7d" is not a duration here; write hours, minutes and seconds'),
        ('call.from.matches("+31[")', '4:24 "+31[" is not a regular expression'),
        ('now.getHours("Amsterdam") > 8', '4:19 "Amsterdam" is not a time zone'),
        ('phone.e164(call.from, "Netherlands") != ""', '4:28 "Netherlands" is not a country'),
    ],
)
def test_a_literal_that_would_fail_is_found_with_its_column(expression: str, message: str) -> None:
    said = problems(expression)
    assert len(said) == 1
    assert said[0].startswith(message)


@pytest.mark.parametrize(
    "expression",
    [
        'now > timestamp("2026-03-01T00:00:00+01:00")',
        'now - duration("168h") > event.received_at',
        'call.from.matches("^[+]31")',
        'now.getHours("Europe/Amsterdam") > 8',
        'phone.e164(call.from, "NL") != ""',
        'call.from.startsWith("7d")',
    ],
)
def test_good_literals_pass(expression: str) -> None:
    assert problems(expression) == []


@pytest.mark.parametrize("name", ["", "Amsterdam", "Europe", "../etc/passwd", "a\0b", "/etc/localtime"])
def test_zones_that_do_not_exist(name: str) -> None:
    assert not is_zone(name)


def test_zones_that_exist() -> None:
    assert is_zone("Europe/Amsterdam")
