from __future__ import annotations

import pytest

from store.masking import masked, masker


@pytest.mark.parametrize(
    ("number", "shown"),
    [("+31612340001", "+316•••••01"), ("", ""), ("123", "•••"), ("sip:alice@example.com", "sip:•••••om")],
)
def test_numbers_are_masked(number: str, shown: str) -> None:
    assert masked(number) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("call +31612340001 back", "call +316•••••01 back"),
        ("call +31 6 1234 0001 back", "call +31 •••••01 back"),
        ("from=%2B31612340001", "from=%2B316•••••01"),
        ("0031612340001", "0031•••••01"),
        ("order 20263344 of 2026-03-02T19:00:00", "order 20263344 of 2026-03-02T19:00:00"),
    ],
)
def test_numbers_inside_a_text_are_masked(text: str, shown: str) -> None:
    assert masker()(text) == shown


@pytest.mark.parametrize("writing", ["+31612340001", "0612340001", "31612340001", "12340001"])
def test_a_known_number_is_masked_in_any_notation(writing: str) -> None:
    assert "12340001" not in masker(["+31612340001"])(f"caller {writing}.")
