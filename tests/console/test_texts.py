from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from console.texts import map_texts, printable


def test_every_text_is_changed_wherever_it_stands() -> None:
    record = {"a": ["b", {"c": "d"}], "n": 3, "t": ("e",), "none": None}
    assert map_texts(record, str.upper) == {"A": ["B", {"C": "D"}], "N": 3, "T": ["E"], "NONE": None}


def test_control_characters_are_spelt_out() -> None:
    assert printable("\x1b[2Jgone\x9b1m\r") == "\\x1b[2Jgone\\x9b1m\\x0d"
    assert printable("two\nlines\twith é → •") == "two\nlines\twith é → •"


@given(st.text())
def test_nothing_printable_steers_a_terminal(text: str) -> None:
    assert not {c for c in printable(text) if ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0} - {"\n", "\t"}
