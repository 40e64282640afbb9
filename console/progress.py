"""Bars for work that takes a while: on a terminal's stderr, and gone when it is through."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

Advance = Callable[[int], None]
"""So many more are done."""


@contextmanager
def progress(what: str, total: int, *, hidden: bool = False) -> Iterator[Advance]:
    """A bar for `total` things; where nobody looks, nothing."""
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    console = _screen()
    with Progress(*columns, console=console, transient=True, disable=hidden or not console.is_terminal) as bar:
        task = bar.add_task("", total=total)
        yield lambda done: bar.advance(task, done)


def _screen() -> Console:
    return Console(stderr=True, highlight=False)


def unseen(done: int) -> None:
    """Nobody looks."""
