from __future__ import annotations

import pytest

from store.masking import masked


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+31612340001", "+316•••••01"), ("", ""), ("123", "•••"), ("sip:alice@example.com", "sip:•••••om")],
)
def test_numbers_are_masked(number: str, shown: str) -> None:
    assert masked(number) == shown
