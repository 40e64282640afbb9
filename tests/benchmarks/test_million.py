"""The large store is filled with what the real processes wrote, and everything about one caller is found in it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner

from benchmarks import million, stock
from benchmarks.million import HEAD, Marks, Place, addresses
from console.cli import main as hookswitch


def in_process(place: Place, words: Sequence[str], said: list[bytes]) -> float:
    done = CliRunner().invoke(hookswitch, words, env=place.environ)
    assert done.exit_code == 0, done.output
    said.append(done.stdout_bytes)
    return 0.0


@pytest.mark.journey
def test_pages_are_measured_and_a_caller_is_forgotten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`forget` fails when it does not find exactly the events that are about the caller."""
    monkeypatch.setattr(stock, "LETTERS", 20)
    monkeypatch.setattr(million, "_done", in_process)
    told = ["--events", "400", "--rounds", "1", "--only", "pages", "--only", "forget", "--keep", str(tmp_path)]
    done = CliRunner().invoke(million.main, told)
    assert done.exception is None, done.output
    assert done.stdout.startswith("400 events, ")
    assert done.stdout.count(HEAD) == 2
    marks = Marks("evt_1", "evt_2", "call", "+31612340001", 0)
    for name, _ in addresses(marks):
        assert f"| {name} | " in done.stdout
    assert re.search(r"\| Events, text of none, to the end, \d+ pages \|", done.stdout)
    assert "| hookswitch forget --yes | " in done.stdout
