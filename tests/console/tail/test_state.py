from __future__ import annotations

import pytest

from console.tail.feed import Filter
from console.tail.state import MOST_ROWS, State
from tests.console.tail.lines import line


def with_events(*events: str, **fields: str) -> State:
    state = State(**fields)  # type: ignore[arg-type]
    for event in events:
        state.add(line(event))
    return state


def ids(state: State) -> list[str]:
    return [entry.line["event"] for entry in state.shown]


def current(state: State) -> str:
    return str(state.current["event"]) if state.current else ""


def test_the_cursor_follows_the_newest_until_it_is_moved() -> None:
    state = with_events("a", "b")
    assert current(state) == "b"
    state.press("up")
    assert current(state) == "a"
    state.add(line("c"))
    assert current(state) == "a"
    state.press("j")
    state.press("j")
    state.press("down")
    assert current(state) == "c"
    state.add(line("d"))
    assert current(state) == "d"
    state.press("g")
    assert current(state) == "a"
    state.press("G")
    assert current(state) == "d"


def test_an_event_that_goes_on_is_one_line() -> None:
    state = with_events("a", "b")
    state.add(line("a", rules={"more": "failed"}))
    assert ids(state) == ["a", "b"]
    assert state.shown[0].line["rules"] == {"tell": "ran", "other": "not_matched", "more": "failed"}


def test_a_pause_holds_what_comes_in() -> None:
    state = with_events("a")
    state.press("p")
    state.add(line("b"))
    assert (ids(state), len(state.held)) == (["a"], 1)
    state.press("p")
    assert (ids(state), state.held) == (["a", "b"], [])


def test_the_list_is_bounded() -> None:
    state = with_events(*(f"e{number}" for number in range(MOST_ROWS + 5)))
    assert len(state.entries) == MOST_ROWS
    assert ids(state)[-1] == f"e{MOST_ROWS + 4}"


def test_keys_that_need_the_store_are_wishes() -> None:
    state = with_events("a")
    assert [state.press(key) for key in ("enter", "r", "x", "q", "interrupt")] == [
        "open",
        "rehearse",
        "",
        "quit",
        "quit",
    ]
    assert [State().press(key) for key in ("enter", "r", "R", "up", "j")] == [""] * 5


def test_a_live_replay_is_only_wished_for_after_a_yes() -> None:
    state = with_events("a")
    assert state.press("R") == ""
    assert state.mode == "confirm"
    assert state.press("n") == ""
    assert (state.mode, state.told) == ("list", "nothing was done")
    state.press("R")
    assert state.press("y") == "replay"


def test_a_filter_is_typed_and_may_be_left() -> None:
    state = with_events("a")
    state.add(line("b", kind="message"))
    state.press("f")
    for key in "kind:messagex":
        state.press(key)
    state.press("backspace")
    state.press("enter")
    assert (state.mode, ids(state)) == ("list", ["b"])
    state.press("f")
    assert state.typed == "kind:message"
    state.press("escape")
    assert (state.mode, ids(state)) == ("list", ["b"])


def test_a_filter_that_means_nothing_says_what_may_be_written() -> None:
    state = with_events("a")
    state.press("f")
    for key in "colour:red":
        state.press(key)
    state.press("enter")
    assert state.mode == "filter"
    assert "connection:…" in state.told


def test_what_was_opened_is_scrolled_and_closed() -> None:
    state = with_events("a")
    state.open("a", [str(number) for number in range(50)])
    state.press("down")
    state.press("page-down")
    assert state.top == 21
    for _ in range(5):
        state.press("page-down")
    assert state.top == 49
    state.press("escape")
    assert state.mode == "list"


@pytest.mark.parametrize(
    ("text", "fits"),
    [
        ("", True), ("connection:desk", True), ("connection:x", False), ("kind:tool-calls", True), ("kind:x", False),
        ("rule:tell", True), ("rule:other", False), ("rule:other outcome:not_matched", True), ("outcome:ran", True),
        ("outcome:failed", False), ("rule:tell outcome:failed", False), ("rule:nobody", False),
    ],
)  # fmt: skip
def test_filters(text: str, fits: bool) -> None:
    assert Filter.parse(text).fits(line()) is fits
    assert str(Filter.parse(text)) == text
