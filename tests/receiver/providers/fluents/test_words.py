from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.providers.fluents.words import phone, role


@pytest.mark.parametrize(
    ("sent", "ours"),
    [
        ("15555555555", "+15555555555"),
        ("+15555555555", "+15555555555"),
        (" 15555555555", "+15555555555"),
        ("+1 (555) 555-5555", "+15555555555"),
        (15555555555, "+15555555555"),
        ("0612340001", "0612340001"),
        ("112", "112"),
        ("sip:ada@example.com", "sip:ada@example.com"),
        ("anonymous", ""),
        ("+Anonymous", ""),
        ("", ""),
        (None, ""),
        ({"number": "1"}, ""),
    ],
)
def test_numbers(sent: Any, ours: str) -> None:
    assert phone(sent) == ours


@given(st.from_regex(r"[1-9][0-9]{6,14}", fullmatch=True))
def test_a_number_is_the_same_however_its_plus_came(digits: str) -> None:
    assert phone(digits) == phone(f"+{digits}") == phone(f" {digits}") == f"+{digits}"


@given(st.text(max_size=30))
def test_reading_twice_changes_nothing(sent: str) -> None:
    assert phone(phone(sent)) == phone(sent)


@pytest.mark.parametrize(("sent", "ours"), [("human", "user"), ("BOT", "assistant"), ("user", "user"), (None, "")])
def test_roles(sent: Any, ours: str) -> None:
    assert role(sent) == ours
