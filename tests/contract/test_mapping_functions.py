"""A function of a mapping says what the same function says in a rule; each part has a binding of its own to CEL."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from receiver.providers.mapping.cel import FUNCTIONS, INCOMING, Expression, activation, compiled
from rules.engine.cel.functions import e164
from rules.engine.cel.plain import to_json

LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
"""The library ends a text at a zero byte, in mappings and rules alike."""
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(LETTERS, max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", max_size=2), inner, max_size=3),
    max_leaves=6,
)  # fmt: skip
NUMBERS = st.text("0123456789+-() ", max_size=18) | st.text(max_size=8)
REGIONS = st.sampled_from(["NL", "nl", "DE", "US", "", "XX"])


def mapped(text: str, raw: dict[str, Any]) -> Any:
    expression = compiled(text, INCOMING)
    assert isinstance(expression, Expression)
    values = {"raw": raw, "headers": {}, "query": {}, "door": "", "tool": ""}
    return expression.evaluate(activation(INCOMING, values))


@given(NUMBERS, REGIONS)
def test_numbers(number: str, region: str) -> None:
    assert mapped("phone.e164(raw.number, raw.region)", {"number": number, "region": region}) == e164(number, region)


@given(JSON)
def test_json(value: Any) -> None:
    assert mapped("to_json(raw.value)", {"value": value}) == to_json(value)


@given(st.text(LETTERS, max_size=20))
def test_small_letters(text: str) -> None:
    assert mapped("lower(raw.text)", {"text": text}) == text.lower()


def test_every_function_is_compared() -> None:
    assert set(FUNCTIONS) == {"lower", "phone.e164", "to_json"}
