from __future__ import annotations

from typing import Any

import pytest

from rules.engine.cel.expressions import EvaluationError, Expression, compile_expression, glance
from rules.engine.loading.readrule import read_context
from rules.engine.loading.variables import Vars
from rules.engine.source.place import Place, Problem
from tests.rules.engine.vocab import VOCABULARY, call_values, found

SCOPE = read_context(VOCABULARY, Vars(), {}).scopes.scope(["assistant-request"], [], [])


def compiled(text: str, **place: Any) -> Expression:
    problems: list[Problem] = []
    expression = compile_expression(text, SCOPE, Place("`if`", **place), lambda at: (1, at + 1), problems.append)
    assert expression is not None, problems
    return expression


def evaluate(text: str, **values: Any) -> Any:
    return compiled(text).evaluate(SCOPE.env.Activation(data=call_values(**values)))


def test_values_come_back_as_python_knows_them() -> None:
    assert evaluate("call.to") == "+31850000001"
    assert evaluate("raw.a", raw={"a": [1, 2.5, {"b": None}]}) == [1, 2.5, {"b": None}]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("raw.missing", 'Key not found in map: "missing"'),
        ("1 / (size(raw) - 2)", "divide by zero"),
        ("raw.n * 2 > 3 ? 1 : 2", "these values do not go together"),
        ("[1, 2, 3].map(x, [1, 2, 3].map(y, raw.s < x))[0][0]", "these values do not go together"),
    ],
)
def test_errors_are_errors_and_never_text(text: str, message: str) -> None:
    expression = compiled_unchecked(text)
    with pytest.raises(EvaluationError) as raised:
        expression.evaluate(SCOPE.env.Activation(data=call_values(raw={"s": "x", "n": "y"})))
    assert message in raised.value.message


def compiled_unchecked(text: str) -> Expression:
    """As it would be if `check` knew less, to see that the run time does not depend on it."""
    return Expression(text, 1, 1, SCOPE.env.compile(text), (), compiled("call.to").type, constant=False)


def test_loops_within_loops_come_to_an_end() -> None:
    loop = compiled("raw.l.exists(a, raw.l.exists(b, raw.l.exists(c, raw.l.exists(d, a == 'x'))))")
    activation = SCOPE.env.Activation(data=call_values(raw={"l": list(range(1000))}))
    with pytest.raises(EvaluationError, match=r"^Iteration budget exceeded$"):
        loop.evaluate(activation)


def test_a_missing_name_is_an_error() -> None:
    with pytest.raises(EvaluationError, match=r"call\.to"):
        compiled("call.to").evaluate(SCOPE.env.Activation(data={}))


@pytest.mark.parametrize("value", ["yes", 1, None, {}, [True]])
def test_a_condition_is_true_or_false_and_nothing_else(value: object) -> None:
    activation = SCOPE.env.Activation(data=call_values(raw={"flag": value}))
    with pytest.raises(EvaluationError, match="must be true or false"):
        compiled("raw.flag", wants_bool=True).decide(activation)


def test_a_text_that_looks_like_an_error_is_text() -> None:
    assert evaluate("raw.a", raw={"a": "NOT_FOUND: Key not found"}) == "NOT_FOUND: Key not found"


def test_what_was_seen_follows_paths() -> None:
    expression = compiled('raw.?a.b.orValue("") == call.to && call.metadata.x == 1')
    seen = expression.seen(call_values(raw={"a": {"b": "c"}}))
    assert seen == {"raw.a.b": "c", "call.to": "+31850000001", "call.metadata.x": None}


def test_names_bound_by_a_loop_are_not_names_of_the_rule() -> None:
    assert compiled("[1].exists(raw, raw == 2)").names == frozenset()
    assert compiled("[1].exists(x, raw.a == x)").names == {"raw"}


def test_constants_are_known() -> None:
    assert compiled("1 + 1 == 2").constant
    assert not compiled("call.to == ''").constant


def test_a_glance_is_bounded() -> None:
    seen = glance({"t": "x" * 1000, "l": list(range(100)), "d": {"e": {"f": {"g": 1}}}})
    assert len(seen["t"]) == 201
    assert seen["l"] == list(range(10))
    assert seen["d"] == {"e": {"f": "{…}"}}


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("'   '", "3:5 `if` must be an expression, this is nothing"),
        ("", "3:4 `if` must be an expression, this is nothing"),
        ("[]", "3:5 `if` is empty"),
        ("{a: b}", "3:5 `if` must be an expression, this is a map"),
        ("${{ }}", "3:8 this expression is empty"),
        ("${{ call.form == '' }}", '3:9 unknown name "call.form"; did you mean "call.from"?'),
        ("call.to == '" + "x" * 10_001 + "'", "3:5 this expression is longer than 10000 characters"),
    ],
)
def test_expressions_that_are_none(expression: str, message: str) -> None:
    text = f"description: x\non: assistant-request\nif: {expression}\nanswer: {{ default: true }}\n"
    assert found(text) == [message]


def test_columns_inside_every_way_of_writing_text() -> None:
    text = """\
description: x
on: assistant-request
if:
  - call.form == ""
  - 'call.form == "it''s" || call.too == ""'
  - "call.to == \\"a\\" || call.too == ''"
  - |
    call.to == "" ||
    call.too == ""
  - >-
    call.to == "" ||
      call.too == ""
  - call.to == "" ||
    call.too == ""
answer: { default: true }
"""
    places = [line.split(" ")[0] for line in found(text)]
    assert places == ["4:5", "5:6", "5:30", "6:26", "9:5", "12:7", "14:5"]
