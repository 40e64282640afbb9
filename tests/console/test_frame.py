from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from console.frame import CUT, framed


def under(line: str, column: int, width: int = 80) -> str:
    """What stands above the caret."""
    shown, before = framed(line, column, width)
    place = 0
    for character in shown:
        if place == before and cell_len(character):
            return character
        place += cell_len(character)
    return ""


@pytest.mark.parametrize(
    ("line", "column", "character"),
    [
        ("if: x", 5, "x"),
        ("\tif:\tx", 6, "x"),
        ("a\tb\tx", 5, "x"),
        ("a: 日本語 x", 8, "x"),
        ("日本", 2, "本"),
        ("🙂🙂x", 3, "x"),
        ("e\u0301x", 3, "x"),
        ("\x1b[2Jx", 5, "x"),
    ],
)
def test_the_caret_stands_under_its_character(line: str, column: int, character: str) -> None:
    assert under(line, column) == character


def test_a_place_behind_the_end_is_the_end() -> None:
    assert framed("abc", 4, 80) == framed("abc", 99, 80) == ("abc", 3)
    assert framed("", 1, 80) == ("", 0)


@pytest.mark.parametrize("column", [1, 30, 100, 199])
def test_a_long_line_is_cut_around_the_caret(column: int) -> None:
    line = "".join(chr(0x4E00 + number) if number % 3 else "x" for number in range(200))
    shown, before = framed(line, column, 40)
    assert cell_len(shown) <= 40
    assert before < 40
    assert under(line, column, 40) == line[column - 1]
    assert shown.startswith(CUT) is (column > 20)
    assert shown.endswith(CUT) is (column < 180)


@given(st.text(max_size=120), st.integers(1, 130), st.integers(1, 60))
def test_it_always_fits(line: str, column: int, width: int) -> None:
    shown, before = framed(line, column, width)
    assert cell_len(shown) <= max(width, 20)
    assert 0 <= before <= cell_len(shown)
