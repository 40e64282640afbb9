"""A line of a file with a caret under one of its characters, as wide as a terminal shows it."""

from __future__ import annotations

from collections.abc import Iterator

from rich.cells import cell_len

from console.texts import printable

TAB = 4
"""Cells between tab stops."""
CUT = "…"
_NARROWEST = 20

Cell = tuple[str, int]
"""What is shown of one character, and how many cells that is wide."""


def framed(line: str, column: int, width: int) -> tuple[str, int]:
    """The line, cut on both sides where it does not fit, and how many cells stand before the caret.

    `column` counts characters from 1; one behind the end of the line points at its end.

    >>> framed("if: call.form", 5, 80)
    ('if: call.form', 4)
    >>> framed("a: 日本 x", 7, 80)
    ('a: 日本 x', 8)
    """
    cells = list(_cells(line))
    at = min(max(column, 1) - 1, len(cells))
    width = max(width, _NARROWEST)
    if _wide(cells) <= width and not (at == len(cells) and _wide(cells) == width):
        return _text(cells), _wide(cells[:at])
    first = _first_shown(cells, at, width)
    head = CUT if first else ""
    last = _last_shown(cells, first, width - len(head))
    tail = CUT if last < len(cells) else ""
    return head + _text(cells[first:last]) + tail, len(head) + _wide(cells[first:at])


def _cells(line: str) -> Iterator[Cell]:
    place = 0
    for character in line:
        shown = " " * (TAB - place % TAB) if character == "\t" else printable(character)
        yield shown, cell_len(shown)
        place += cell_len(shown)


def _first_shown(cells: list[Cell], at: int, width: int) -> int:
    """So far to the left that the caret stands within the first two thirds."""
    first, room = at, width * 2 // 3
    while first and _wide(cells[first - 1 : at]) <= room:
        first -= 1
    return first


def _last_shown(cells: list[Cell], first: int, room: int) -> int:
    """Behind the last character that fits, with a place for the sign that there are more."""
    if _wide(cells[first:]) <= room:
        return len(cells)
    last, used = first, 0
    while used + cells[last][1] <= room - len(CUT):
        used += cells[last][1]
        last += 1
    return last


def _wide(cells: list[Cell]) -> int:
    return sum(wide for _, wide in cells)


def _text(cells: list[Cell]) -> str:
    return "".join(shown for shown, _ in cells)
