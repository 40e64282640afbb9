from __future__ import annotations

import pytest

from rules.engine.cel.celtree import Part, read_tree
from rules.engine.cel.facts import claims, clash, fact_of, first_clash, joined
from tests.rules.engine.vocab import rule_of

RULE = "description: x\non: end-of-call-report\nif: |\n  IF\nsteps: [{ action: log, with: { message: x } }]\n"


def tree(text: str) -> Part:
    return read_tree(rule_of(RULE.replace("IF", text)).conditions[0].expression.program.serialize())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('call.to == "a"', ['call.to == "a"']),
        ('"a" != call.to', ['call.to != "a"']),
        ("3 < report.duration && report.duration <= 9", ["report.duration > 3", "report.duration <= 9"]),
        ('call.to in ["a", "b"] && weekday(now) == "fri"', ['call.to in ["a", "b"]', 'weekday(now) == "fri"']),
        ('raw.a.b == "x"', ['raw.a.b == "x"']),
        ("call.to == call.from", []),
        ("call.to in vars.support_numbers", []),
        ('!(call.to == "a")', []),
        ('call.to.startsWith("a")', []),
    ],
)
def test_what_is_claimed(text: str, said: list[str]) -> None:
    assert [str(fact) for fact in claims(joined(tree(text), "_&&_"))] == said


@pytest.mark.parametrize(
    ("text", "excludes"),
    [
        ('call.to == "a" && call.to == "b"', True),
        ('call.to == "a" && call.to == "a"', False),
        ('call.to == "a" && call.from == "b"', False),
        ('call.to == "a" && call.to != "a"', True),
        ('call.to in ["a", "b"] && call.to != "a"', False),
        ('call.to in ["a", "b"] && call.to in ["b", "c"]', False),
        ('call.to in ["a", "b"] && call.to in ["c", "d"]', True),
        ('call.to != "a" && call.to != "b"', False),
        ("report.duration > 5 && report.duration < 3", True),
        ("report.duration > 3 && report.duration < 5", False),
        ("report.duration >= 3 && report.duration <= 3", False),
        ("report.duration > 3 && report.duration <= 3", True),
        ("report.duration > 3 && report.duration > 5", False),
        ("report.duration == 4 && report.duration > 5", True),
        ('time(now) >= "18:00" && time(now) < "09:00"', True),
        ('raw.x == 3 && raw.x == "3"', True),
        ('raw.x > 3 && raw.x < "3"', False),
    ],
)
def test_what_excludes_what(text: str, excludes: bool) -> None:
    found = first_clash(claims(joined(tree(text), "_&&_")))
    assert (found is not None) == excludes
    if found:
        assert clash(found[1], found[0]), "in either order"


def test_the_rest_is_no_fact() -> None:
    assert fact_of(tree('call.to == "a" || true')) is None
