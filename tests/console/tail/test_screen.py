from __future__ import annotations

from io import StringIO

import pytest
from rich.console import Console

from console.tail.screen import drawn, pages
from console.tail.state import State
from tests.console.tail.lines import line


def text(state: State, width: int = 100, height: int = 10) -> list[str]:
    file = StringIO()
    Console(file=file, width=width, height=height).print(drawn(state, width, height))
    return file.getvalue().splitlines()


@pytest.mark.parametrize("height", [4, 10, 40])
@pytest.mark.parametrize("width", [20, 200])
def test_it_is_as_high_as_the_terminal_and_no_wider(width: int, height: int) -> None:
    state = State()
    for number in range(30):
        state.add(line(f"evt_{number}"))
    shown = text(state, width, height)
    assert len(shown) == height
    assert max(map(len, shown)) <= width


def test_the_selected_line_is_always_in_sight() -> None:
    state = State()
    for number in range(100):
        state.add(line(f"evt_{number}."))
    for key in ("g", "G", "page-up", "page-up", "up"):
        state.press(key)
        assert any(row.startswith("› ") for row in text(state))


def test_nothing_that_was_said_steers_the_terminal() -> None:
    state = State()
    state.add(line("evt_1", tools=["[bold]\x1b[2J"]))
    assert "\\x1b[2J" in "".join(text(state))


def test_it_says_what_is_going_on() -> None:
    state = State(away="refused")
    assert "nothing yet" in text(state)[1]
    assert "the store is away: refused" in text(state)[0]
    state.add(line())
    state.press("p")
    state.add(line("evt_2"))
    assert "paused, 1 more" in text(state)[0]
    state.press("R")
    assert "evt_1 once more, with every step performed again?" in text(state)[-2]
    state.press("n")
    state.press("f")
    state.press("x")
    state.press("enter")
    assert "filter: x" in text(state)[-2]


def test_what_was_opened_keeps_its_colours() -> None:
    state = State()
    state.open("evt_1", pages("[red]first[/]\nsecond", 80))
    assert "\x1b[31m" in state.page[0]
    assert text(state)[1:3] == ["first", "second"]
