from __future__ import annotations

import pytest

from rules.engine.source.yamlfaults import single_quoted
from tests.rules.engine.source.test_yamlread import faults


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a:\n\t- b\n", "2:1 a tab; indent with spaces"),
        ("a:\n  b: 1\n\tc: 2\n", "3:1 a tab; indent with spaces"),
        (
            'if: "a" == call.to\n',
            '1:5 a value that starts with " and goes on after the closing quote; put single quotes around it: '
            "'\"a\" == call.to'",
        ),
        (
            "if: 'a' == call.to\n",
            "1:5 a value that starts with ' and goes on after the closing quote; put single quotes around it: "
            "'''a'' == call.to'",
        ),
        ("if: [a] == b\n", "1:5 a value that starts with [; put single quotes around it: '[a] == b'"),
        ("- {a} in b\n", "1:3 a value that starts with {; put single quotes around it: '{a} in b'"),
        ("say: Dear: caller\n", "1:6 a value that holds \": \"; put single quotes around it: 'Dear: caller'"),
        ("with: { a: ${{ x }} }\n", "1:12 put single quotes around ${{ }} inside { }: '${{ x }}'"),
        ("if: @x\n", "1:5 a value that starts with @; put single quotes around it: '@x'"),
        ("if: %x\n", "1:5 a value that starts with %; put single quotes around it: '%x'"),
        ("a: b\n c: d\n", "2:3 this is not YAML: a second `: ` on this line; put single quotes around the value"),
        ("a:\n  - b\n c: d\n", "3:2 this is not YAML: this line does not line up with the ones above it"),
        ("a\nb: c\n", "this is not YAML"),
        ("a: 'b\nc: d\n", "a quote or bracket is never closed"),
    ],
)
def test_the_fix_is_named(text: str, message: str) -> None:
    said = faults(text)
    assert len(said) == 1
    assert message in said[0]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            'if: call.to == "a #b"\n',
            '1:5 the text is cut off at " #"; put single quotes around all of it: \'call.to == "a #b"\'',
        ),
        ("to: ${{ raw.a #b }}\n", "1:5 the text is cut off at"),
        ("if: (a || b # or c\n", "1:5 the text is cut off at"),
        (
            "say: Press #1 for sales\n",
            "1:6 everything from \" #\" on is a comment; if it belongs to the text, write 'Press #1 for sales'",
        ),
    ],
)
def test_cut_text_is_found(text: str, message: str) -> None:
    said = faults(text)
    assert len(said) == 1
    assert said[0].startswith(message)


@pytest.mark.parametrize(
    "text",
    [
        "a: b # a comment\n",
        "a: b  ## loud\n",
        "a: 'press #1' # one\n",
        "a: it's fine # really\n",
        "a: b#c\n",
        "a: | # literal\n  text #1\n",
        "a: # nothing yet\n  b: c\n",
        'a: size(x) == "b" # sure\n',
        "a: b #=====\n",
    ],
)
def test_comments_are_left_alone(text: str) -> None:
    assert faults(text) == []


def test_single_quotes_are_doubled() -> None:
    assert single_quoted("it's") == "'it''s'"
