"""What the live view shows and what a key does to it: without a terminal, and without the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from console.tail.feed import Filter, Line

MOST_ROWS = 1000

Mode = Literal["list", "page", "filter", "confirm"]
Wish = Literal["", "quit", "open", "rehearse", "replay"]


@dataclass
class Entry:
    """One event of the list."""

    line: Line
    at: datetime


@dataclass
class State:
    """Everything on the screen."""

    filter: Filter = field(default_factory=Filter)
    entries: list[Entry] = field(default_factory=list)
    held: list[Entry] = field(default_factory=list)
    """What came in since it was paused."""
    selected: str = ""
    """The event under the cursor; empty follows the newest."""
    mode: Mode = "list"
    paused: bool = False
    away: str = ""
    """Why the store cannot be reached; empty while it can."""
    told: str = ""
    """One line of news for who watches."""
    typed: str = ""
    title: str = ""
    page: Sequence[str] = ()
    """The lines of what was opened, with their colours."""
    top: int = 0

    # --- news ---------------------------------------------------------------------------------------------------------

    def add(self, line: Line) -> None:
        """An event is done, or done once more."""
        entry = Entry(line, _moment(line))
        if self.paused:
            self.held = [*self.held, entry][-MOST_ROWS:]
            return
        known = next((each for each in reversed(self.entries) if each.line["event"] == line["event"]), None)
        if known is not None:
            known.line = line | {"rules": known.line["rules"] | line["rules"]}
            return
        self.entries = [*self.entries, entry][-MOST_ROWS:]

    def open(self, title: str, page: Sequence[str]) -> None:
        """Show something in full."""
        self.mode, self.title, self.page, self.top = "page", title, page, 0

    @property
    def shown(self) -> list[Entry]:
        """The events that fit, oldest first."""
        return [entry for entry in self.entries if self.filter.fits(entry.line)]

    @property
    def current(self) -> Line | None:
        """The event under the cursor."""
        shown = self.shown
        found = next((entry for entry in shown if entry.line["event"] == self.selected), None)
        chosen = found or (shown[-1] if shown else None)
        return chosen.line if chosen else None

    # --- keys ---------------------------------------------------------------------------------------------------------

    def press(self, key: str) -> Wish:
        """What a key means here; a wish is left to whoever has the store."""
        if key == "interrupt":
            return "quit"
        self.told = ""
        return {"list": self._in_list, "page": self._in_page, "filter": self._in_filter, "confirm": self._asked}[
            self.mode
        ](key)

    def _in_list(self, key: str) -> Wish:
        steps = {"up": -1, "k": -1, "down": 1, "j": 1, "page-up": -10, "page-down": 10}
        if key in steps:
            self._move(steps[key])
        elif key in ("home", "g"):
            self._move(-MOST_ROWS)
        elif key in ("end", "G"):
            self.selected = ""
        elif key == "p":
            self._pause()
        elif key == "f":
            self.mode, self.typed = "filter", str(self.filter)
        elif key == "R" and self.current:
            self.mode = "confirm"
        else:
            return self._wish(key)
        return ""

    def _wish(self, key: str) -> Wish:
        if key == "q":
            return "quit"
        wishes: dict[str, Wish] = {"enter": "open", "r": "rehearse"}
        return wishes.get(key, "") if self.current else ""

    def _move(self, by: int) -> None:
        ids = [entry.line["event"] for entry in self.shown]
        if not ids:
            return
        at = ids.index(self.selected) if self.selected in ids else len(ids) - 1
        to = max(0, min(len(ids) - 1, at + by))
        self.selected = ids[to] if to < len(ids) - 1 else ""

    def _pause(self) -> None:
        self.paused = not self.paused
        if not self.paused:
            held, self.held = self.held, []
            for entry in held:
                self.add(entry.line)

    def _in_page(self, key: str) -> Wish:
        steps = {"up": -1, "k": -1, "down": 1, "j": 1, "page-up": -20, "page-down": 20, " ": 20}
        if key in steps:
            self.top = max(0, min(len(self.page) - 1, self.top + steps[key]))
        elif key in ("escape", "enter", "q", "backspace"):
            self.mode = "list"
        elif key == "r":
            return "rehearse"
        elif key == "R" and self.current:
            self.mode = "confirm"
        return ""

    def _in_filter(self, key: str) -> Wish:
        if key == "escape":
            self.mode = "list"
        elif key == "backspace":
            self.typed = self.typed[:-1]
        elif key == "enter":
            self._take_filter()
        elif len(key) == 1 and key.isprintable():
            self.typed += key
        return ""

    def _take_filter(self) -> None:
        try:
            self.filter, self.mode = Filter.parse(self.typed), "list"
        except ValueError as error:
            self.told = str(error)

    def _asked(self, key: str) -> Wish:
        self.mode = "list"
        if key == "y":
            return "replay"
        self.told = "nothing was done"
        return ""


def _moment(line: Line) -> datetime:
    """When it was done: now, unless it was caught up on."""
    at = datetime.fromtimestamp(line["done_ms"] / 1000, UTC) if "done_ms" in line else datetime.now(UTC)
    return at.astimezone()
