from __future__ import annotations

import pytest

from receiver.providers.mapping.cel import INCOMING, Expression, compiled
from receiver.providers.mapping.wording import listed, nearest, run_time


@pytest.mark.parametrize(
    ("text", "offset", "sentence"),
    [
        ("rw.event", 0, 'unknown name "rw.event"; did you mean "raw"?'),
        ("call.id", 0, 'unknown name "call.id"; there is door, headers, query, raw or tool'),
        ("inbound", 0, '"inbound" in quotes is the text itself'),
        ("raw.a + item.b", 8, '"item" exists only where `each` is written'),
        ("raw.a ==", 8, "the expression ends too early"),
        ("raw.a = 3", 6, 'write == instead of "="'),
        ("raw.a and raw.b", 6, 'write && instead of "and"'),
        ("raw.a == \u201cx\u201d", 9, "write straight quotes"),
        ("raw.a ++ 2", 7, "this is not an expression from here on: + 2"),
        ("raw.a +\n  rw.b", 10, 'unknown name "rw.b"'),
        ("lowr(raw.a)", 0, 'unknown function "lowr"; did you mean "lower"?'),
        ("lower(3)", 0, "lower is written like this: lower(raw.state)"),
        ('"a" + 1', 4, "+ does not work on text and a whole number"),
        ("door.x", 0, "text has no fields"),
        ("(" * 300 + "1" + ")" * 300, 0, "nested too deeply"),
    ],
)
def test_what_is_wrong_is_said_at_its_place(text: str, offset: int, sentence: str) -> None:
    problems = compiled(text, INCOMING)
    assert not isinstance(problems, Expression)
    assert sentence in problems[0].message
    assert problems[0].offset == offset


def test_several_mistakes_are_told_at_once() -> None:
    problems = compiled("rw.a + quer.b", INCOMING)
    assert not isinstance(problems, Expression)
    assert [problem.offset for problem in problems] == [0, 7]


def test_words_for_people() -> None:
    assert listed(["b", "a", "c"]) == "a, b or c"
    assert listed(["a"]) == "a"
    assert nearest("zzz", ["a"]) == ""
    assert run_time("anything else") == "it cannot be evaluated"
