from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.providers.mapping.cautions import LONGEST, cautions, loops_in, without_strings


@pytest.mark.parametrize(
    "text",
    [
        'raw.?a.orValue("")',
        'raw.?a.b[0].?c.orValue("")',
        "raw.?a.hasValue()",
        'raw[?"a b"].orValue(1)',
        'raw.?a[raw.b].orValue("")',
        'raw.?a.orValue(raw.?b.orValue(""))',
        'raw.a == "x.?y" ? "p" : "q"',
        "raw.a ? [1] : [2]",
        'raw.a ? {"a": 1} : {"a": raw.b ? 1 : 2}',
        'raw.xs.join(", ").replace("a", "b")',
        "raw.value // .?x",
        "raw.a.map(x, x).filter(x, x).exists(x, x)",
    ],
)
def test_what_can_be_evaluated(text: str) -> None:
    assert list(cautions(text)) == []


@pytest.mark.parametrize(
    ("text", "offset", "sentence"),
    [
        ("raw.?a", 3, "say what counts when it is missing"),
        ('{"a": raw.?a}', 9, "say what counts"),
        ("(raw.?a).orValue(1)", 4, "say what counts"),
        ("raw.?a.b.size()", 3, "say what counts"),
        ("dyn(raw . ? a)", 8, "say what counts"),
        ('raw[?"a"]', 3, "say what counts"),
        ('[?raw.?a.orValue("")]', 1, "cannot be written here"),
        ('{?"a": 1}', 1, "cannot be written here"),
        ('{"b": 2, ?"a": 1}', 9, "cannot be written here"),
        ("optional.none()", 0, "of optionals only"),
        ("raw.?a.optMap(v, v).orValue(1)", 3, "say what counts"),
        ("raw.xs.first()", 6, "of optionals only"),
        ("raw.xs.join(raw.sep)", 6, "join takes only texts that are written here"),
        ('raw.a.replace("a", raw.b)', 5, "replace takes only texts"),
        ("raw" + ".map(x, x)" * 5, 0, "more than 4 loops"),
        ("raw." + "a" * LONGEST, 0, "longer than 2000 characters"),
    ],
)
def test_what_may_not_be_evaluated(text: str, offset: int, sentence: str) -> None:
    found = list(cautions(text))
    assert any(caution.offset == offset and sentence in caution.message for caution in found), found


def test_texts_are_blanked_in_place() -> None:
    text = """a + "b.map(" + 'it\\'s' + r"\\" + c"""
    assert without_strings(text).replace(" ", "") == "a++++c"
    assert len(without_strings(text)) == len(text)
    assert loops_in(text) == 0


@given(st.text(st.sampled_from("raw.?[]{}()\"',:xyz 0?"), max_size=80))
def test_any_text_is_looked_through(text: str) -> None:
    assert all(0 <= caution.offset <= len(text) for caution in cautions(text))
