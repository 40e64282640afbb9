from __future__ import annotations

from console.checkup.finding import Finding


def test_advice_is_for_what_needs_it() -> None:
    assert Finding("ok", "store", "answers").advice == ""
