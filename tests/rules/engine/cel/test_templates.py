from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.engine.cel.expressions import EvaluationError
from rules.engine.cel.templates import Unclosed, split_text
from tests.rules.engine.vocab import found, rule_of, tool_event, tool_view

RULE = """\
description: x
on: tool-calls
answer:
  result: RESULT
"""


def render(result: str, **arguments: Any) -> Any:
    rule = rule_of(RULE.replace("RESULT", result))
    tool = tool_view(**arguments)
    view = tool_event(tool)
    activation = rule.activation({**view.plain, **tool.plain, **rule.variables})
    return rule.answer[0].template.render(activation)["result"]


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("plain", ["plain"]),
        ("${{ a }}", [" a "]),
        ("x ${{ a }} y", ["x ", " a ", " y"]),
        ("${{ a }}${{ b }}", [" a ", " b "]),
        ("$${{ a }}", ["${{ a }}"]),
        ("${{ '}}' }}", [" '}}' "]),
        ("${{ {'a': {'b': 1}} }}", [" {'a': {'b': 1}} "]),
        ("${{ {'a': {'b': 1}}}}", [" {'a': {'b': 1}}"]),
        ('${{ "a\\"}}" }}', [' "a\\"}}" ']),
        ("${{ r'\\' }}", [" r'\\' "]),
        ("${{ '''a'}}''' }}", [" '''a'}}''' "]),
        ("cost $5 {x}", ["cost $5 {x}"]),
        ("", [""]),
    ],
)
def test_pieces_of_a_text(text: str, pieces: list[str]) -> None:
    assert [piece.text for piece in split_text(text)] == pieces


@given(st.text(alphabet="${} '\"ar\\", max_size=40))
def test_splitting_is_total(text: str) -> None:
    with suppress(Unclosed):
        for piece in split_text(text):
            assert not piece.expression or text.startswith(piece.text, piece.offset)


def test_an_unclosed_one_is_named_where_it_opens() -> None:
    with pytest.raises(Unclosed) as raised:
        split_text("a ${{ b")
    assert raised.value.offset == 2


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("${{ tool.arguments.n }}", 3),
        ("${{ tool.arguments }}", {"n": 3, "f": 2.5, "s": "hi"}),
        ("n is ${{ tool.arguments.n }}", "n is 3"),
        ("${{ tool.arguments.n }} ", 3),
        ("${{ double(tool.arguments.n) }} and ${{ tool.arguments.f }}", "3 and 2.5"),
        ("all ${{ tool.arguments }}", 'all {"f": 2.5, "n": 3, "s": "hi"}'),
        ("is ${{ tool.arguments.n == 3 }}", "is true"),
        ("$${{ not this }} but ${{ tool.arguments.s }}", "${{ not this }} but hi"),
        ('\'${{ {"a": {"b": tool.arguments.n}}}}\'', {"a": {"b": 3}}),
        ("{ a: ['${{ tool.arguments.s }}', 1], b: plain }", {"a": ["hi", 1], "b": "plain"}),
        ("${{ now }}", "2026-03-02T18:00:00Z"),
        ("${{ duration('90s') }}", 90),
        ("${{ vars.most }}", 3),
        ("42", 42),
        ("'42'", "42"),
    ],
)
def test_rendering(written: str, value: object) -> None:
    rendered = render(written, n=3, f=2.5, s="hi")
    assert rendered == value
    assert type(rendered) is type(value)


def test_a_plain_part_is_never_shared() -> None:
    rule = rule_of(RULE.replace("RESULT", "{ a: [1] }"))
    first = rule.answer[0].template.render(None)
    first["result"]["a"].append(2)
    assert rule.answer[0].template.render(None) == {"result": {"a": [1]}}


def test_errors_say_where() -> None:
    with pytest.raises(EvaluationError) as raised:
        render("hello ${{ tool.arguments.x }}")
    assert (raised.value.line, raised.value.column) == (4, 21)


def test_infinity_cannot_be_rendered() -> None:
    for written in ("${{ 1.0 / 0.0 }}", "x ${{ 1.0 / 0.0 }}"):
        with pytest.raises(EvaluationError, match="infinite"):
            render(written)


@pytest.mark.parametrize(
    ("written", "messages"),
    [
        ("hello ${{ call.from", ["4:17 ${{ is never closed with }}"]),
        ("hello ${{ }} x", ["4:20 this expression is empty"]),
        ("${{ call.form }}", ['4:15 unknown name "call.form"; did you mean "call.from"?']),
        ("'it''s ${{ call.form }}'", ['4:22 unknown name "call.form"; did you mean "call.from"?']),
        ("${{ call.form }} ${{ call.too }}", ["4:15 ", "4:32 "]),
        ("|\n    line\n    ${{ call.form }}", ["6:9 unknown name"]),
        ("{ a: [x, '${{ call.form }}'] }", ['4:25 unknown name "call.form"']),
    ],
)
def test_mistakes_have_their_column(written: str, messages: list[str]) -> None:
    said = found(RULE.replace("RESULT", written))
    assert len(said) == len(messages)
    assert all(line.startswith(message) for line, message in zip(said, messages, strict=True)), said


def test_values_in_a_url_are_encoded_unless_they_are_ours() -> None:
    rule = rule_of("""\
description: x
on: tool-calls
steps:
  - action: http.request
    with:
      url: ${{ vars.crm }}/customers/${{ tool.arguments.who }}?key=${{ secrets.crm_token }}
      query: { name: '${{ tool.arguments.who }}' }
""")
    tool = tool_view(who="a/b c&d=é")
    view = tool_event(tool)
    values = {**view.plain, **tool.plain, **rule.variables, "secrets.crm_token": "T/1"}
    assert rule.steps[0].template.render(rule.activation(values)) == {
        "url": "https://crm.example.com/customers/a%2Fb%20c%26d%3D%C3%A9?key=T/1",
        "query": {"name": "a/b c&d=é"},
    }
