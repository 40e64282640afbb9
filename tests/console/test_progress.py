from __future__ import annotations

import sys
from functools import partial

import pytest
from rich.console import Console

from console.progress import progress, unseen


def on_terminal(monkeypatch: pytest.MonkeyPatch, *, terminal: bool) -> None:
    page = partial(Console, stderr=True, force_terminal=terminal, width=80)
    monkeypatch.setattr(sys.modules["console.progress"], "_screen", lambda: page())


def test_a_bar_on_a_terminals_stderr(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    on_terminal(monkeypatch, terminal=True)
    with progress("looking", 4) as advance:
        advance(3)
    told = capsys.readouterr()
    assert told.out == ""
    assert "looking" in told.err
    assert "3/4" in told.err


@pytest.mark.parametrize(("terminal", "hidden"), [(False, False), (True, True)])
def test_nothing_where_nobody_looks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], terminal: bool, hidden: bool
) -> None:
    on_terminal(monkeypatch, terminal=terminal)
    with progress("looking", 4, hidden=hidden) as advance:
        advance(4)
    unseen(1)
    assert capsys.readouterr().err.strip() == ""
