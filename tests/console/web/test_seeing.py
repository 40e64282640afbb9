from __future__ import annotations

from console.web.seeing import call_key, shown

NUMBER = "+31612340001"


def test_numbers_are_hidden_everywhere_in_a_record() -> None:
    record = {"a": [f"call {NUMBER}"], NUMBER: "x", "local": "0612340001"}
    assert NUMBER not in str(shown(record, (NUMBER,), numbers=False))
    assert "0612340001" not in str(shown(record, (NUMBER,), numbers=False))
    assert shown(record, (NUMBER,), numbers=True) == record


def test_control_characters_are_spelt_out() -> None:
    assert shown("a\x1b[2J", (), numbers=True) == "a\\x1b[2J"


def test_calls_of_two_connections_are_two() -> None:
    assert call_key("a", "1") != call_key("b", "1")
