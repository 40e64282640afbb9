from __future__ import annotations

from rules.engine.source.yamlfaults import Advice
from rules.engine.source.yamlmend import Mended


def test_quotes_are_put_and_columns_lead_back() -> None:
    mended = Mended(["a: it's @ b, c"])
    assert mended.mend(Advice(1, 4, "quotes", ((3, 11),)))
    assert mended.lines == ["a: 'it''s @ b', c"]
    assert mended.written == ["a: it's @ b, c"]
    assert mended.has_quote_at(1, 4)
    assert not mended.has_quote_at(1, 5)
    assert mended.original(1, 17) == (1, 14)
    assert mended.original(2, 17) == (2, 17)


def test_a_line_is_mended_once() -> None:
    mended = Mended(["a: @"])
    assert mended.mend(Advice(1, 4, "quotes", ((3, 4),)))
    assert not mended.mend(Advice(1, 4, "quotes", ((3, 4),)))
    assert not mended.mend(Advice(1, 4, "no quotes help"))
