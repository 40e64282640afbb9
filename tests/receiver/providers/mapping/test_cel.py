from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.providers.mapping.cel import INCOMING, ITEM, MISSING, Expression, Failed, activation, compiled, plainly

EMPTY: dict[str, Any] = {"raw": {}, "headers": {}, "query": {}, "door": "", "tool": ""}


def value(text: str, **seen: Any) -> Any:
    expression = compiled(text, INCOMING)
    assert isinstance(expression, Expression), expression
    return expression.evaluate(activation(INCOMING, EMPTY | seen))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("raw.call.id", "c1"),
        ("raw.n", 3),
        ("raw.n + 1.0", 4),
        ('headers["x-kind"]', "done"),
        ("query.page + door + tool", "2datafind"),
        ('raw.xs.map(x, {"v": x})', [{"v": 1}, {"v": 2}]),
        ('{"A": "ended"}[raw.state]', "ended"),
        ("lower(raw.state)", "a"),
        ('phone.e164(raw.number, "nl")', "+31612340001"),
        ('phone.e164("x", "nl")', ""),
        ('phone.e164("12", "nl")', ""),
        ("to_json(raw.call)", '{"id": "c1"}'),
        ("duration('90s')", 90.0),
        ('timestamp("2026-03-02T18:00:00+01:00")', "2026-03-02T17:00:00Z"),
        ("raw.?b.orValue('none')", "none"),
        ("has(raw.call.id)", True),
    ],
)
def test_what_expressions_give(text: str, found: Any) -> None:
    raw = {"call": {"id": "c1"}, "n": 3.0, "xs": [1, 2], "state": "A", "number": "06 12340001"}
    seen = {"headers": {"x-kind": "done"}, "query": {"page": "2"}, "door": "data", "tool": "find"}
    assert value(text, raw=raw, **seen) == found


@pytest.mark.parametrize("text", ["raw.a", "raw.b.c.d", "raw.b.xs[3]", '{"A": 1}[raw.b.k]', 'headers["x"]'])
def test_what_is_not_there_is_missing(text: str) -> None:
    assert value(text, raw={"b": {"c": {}, "xs": [1], "k": "B"}}) is MISSING


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("raw.a.b", "a field was asked of something that is no map"),
        ("raw.a + 1", "these values do not go together: _+_(string, int64)"),
        ("raw.a ? 1 : 2", "what stands before a ? is neither true nor false"),
        ("int(raw.b)", "a value cannot be converted"),
        ("timestamp(raw.a)", "a value cannot be converted"),
        ("b'x'", "it cannot be evaluated"),
        ("raw.xs.map(x, x).size()", "its loops go round too often"),
    ],
)
def test_what_fails_says_why_without_the_value(text: str, sentence: str) -> None:
    with pytest.raises(Failed) as caught:
        value(text, raw={"a": "+31612340001", "b": "x", "xs": [0] * 10_001})
    assert caught.value.message == sentence


def test_items_are_seen_only_where_there_are_any() -> None:
    assert isinstance(compiled("item.id", ITEM), Expression)
    assert isinstance(compiled("item.id", INCOMING), list)
    assert isinstance(compiled("", INCOMING), list)


def test_values_become_json() -> None:
    given_ = {"a": (1.0, 2.5), "t": datetime(2026, 3, 2, tzinfo=UTC), "d": timedelta(seconds=3), 4: None}
    assert json.loads(json.dumps(plainly(given_))) == {"a": [1, 2.5], "t": "2026-03-02T00:00:00Z", "d": 3.0, "4": None}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
    max_leaves=10,
)


LOOKS = ["raw.a.b", "raw.a + raw.b", "raw.a.map(x, x.b)", "raw.a ? raw.b : raw.c", '{"k": raw.a, "l": [raw.b]}']
LOOKS += ["raw.?a.?b.orValue(raw.c)", "raw.a == raw.b", "raw.a[raw.b]", "string(raw.a)", "raw.a in raw.b"]


@given(
    st.sampled_from(LOOKS),
    st.dictionaries(st.sampled_from("abc"), JSON, max_size=3),
)
def test_any_payload_gives_a_value_or_a_sentence(text: str, raw: dict[str, Any]) -> None:
    try:
        found = value(text, raw=raw)
    except Failed as failure:
        found = failure.message
    assert found is MISSING or json.dumps(found)


PIECES = ["raw.a", "raw.?a", '.orValue("")', "[", "]", "{", "}", '"k"', ":", ",", "?", "(", ")", "+", ".map(x, ", "x"]
PIECES += ["dyn", "string", ".b", "[?", "optional.of", ".hasValue()", "has", "==", "!"]


def test_no_expression_that_is_let_through_ends_the_process() -> None:
    """In a process of its own, since that is what the library would end."""
    code = (
        "import random, sys\n"
        "from receiver.providers.mapping.cel import *\n"
        f"pieces = {PIECES!r}\n"
        "dice = random.Random(7)\n"
        "seen = {'raw': {}, 'headers': {}, 'query': {}, 'door': '', 'tool': ''}\n"
        "values = activation(INCOMING, seen)\n"
        "let_through = 0\n"
        "for _ in range(30000):\n"
        "    text = ''.join(dice.choices(pieces, k=dice.randint(1, 7)))\n"
        "    made = compiled(text, INCOMING)\n"
        "    if isinstance(made, Expression):\n"
        "        let_through += 1\n"
        "        try: made.evaluate(values)\n"
        "        except Failed: pass\n"
        "print(let_through)\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50)
    assert ran.returncode == 0, ran.stderr
    assert int(ran.stdout) > 100
