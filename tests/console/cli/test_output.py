from __future__ import annotations

import io
import json

import pytest
from rich.console import Console

from console.cli.output import data, fits, listing, print_json

ROWS = [{"event": "evt_1", "kind": "x" * 300}]


def page(width: int) -> Console:
    return Console(file=io.StringIO(), width=width)


def test_a_listing_tells_whether_it_fits() -> None:
    assert fits(page(400), listing(ROWS))
    assert not fits(page(300), listing(ROWS))


def test_nothing_is_cut_or_coloured_for_a_program(capsys: pytest.CaptureFixture[str]) -> None:
    data().print(listing(ROWS))
    heading, row = capsys.readouterr().out.splitlines()
    assert heading.split() == ["event", "kind"]
    assert row.split() == ["evt_1", "x" * 300]


def test_no_color_is_respected(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    data().print("[red]x[/]")
    assert "\x1b[31m" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    data().print("[red]x[/]")
    assert "\x1b[31m" not in capsys.readouterr().out


def test_cells_are_text_and_nothing_else(capsys: pytest.CaptureFixture[str]) -> None:
    data().print(listing([{"kind": "[red]a[/]\x1b[2J"}]))
    assert capsys.readouterr().out.splitlines()[1].rstrip() == "[red]a[/]\\x1b[2J"


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"numbers": [1, 2], 3: object})
    assert json.loads(capsys.readouterr().out)["numbers"] == [1, 2]
