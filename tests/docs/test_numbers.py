"""The page about keeping numbers: its files have no finding, and its table says what they come to."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.rulebook import words_for
from rules.engine.checks.check import check_folder
from rules.engine.loading.load import load_vars
from rules.engine.numbers.desired import NumbersFile
from rules.engine.numbers.read import FILE_KEYS, NUMBER_KEYS, load_numbers
from rules.engine.numbers.verdict import STATES
from tests.docs.markdown import ROOT, blocks

PAGE = ROOT / "docs" / "numbers.md"
DEMO = ROOT / "console" / "dev" / "demo_connections.yaml"
TEXT = PAGE.read_text(encoding="utf-8")
_ROW = re.compile(r"^\| (\d{4}-\d\d-\d\d \d\d:\d\d) \| (\d{4}-\d\d-\d\d \d\d:\d\d) \| `(\w+)` \|$", re.MULTILINE)
ROWS = _ROW.findall(TEXT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The files of the page."""
    for block in blocks(PAGE, "yaml"):
        (tmp_path / Path(block.file).name).write_text(block.text, encoding="utf-8")
    return tmp_path


def read(folder: Path) -> NumbersFile:
    file = load_numbers(folder, load_vars(folder))
    assert file
    return file


def test_there_is_nothing_to_find(folder: Path) -> None:
    assert [finding.text for finding in check_folder(folder, words_for(DEMO))] == []
    assert len(read(folder).kept) == 2


@pytest.mark.parametrize(("begin", "end", "agent"), ROWS)
def test_the_table_says_who_answers_when(folder: Path, begin: str, end: str, agent: str) -> None:
    file, vars_ = read(folder), load_vars(folder)
    moments = [datetime.fromisoformat(text).replace(tzinfo=file.zone).astimezone(UTC) for text in (begin, end)]
    wanted = file.kept[0].wanted(moments[0], file.zone)
    assert (wanted.agent, wanted.until) == (vars_.values[agent], moments[1])


def test_the_table_is_found() -> None:
    assert len(ROWS) == 5


def test_every_key_and_every_state_is_told() -> None:
    assert {word for word in (*FILE_KEYS, *NUMBER_KEYS, *STATES) if f"| `{word}` |" not in TEXT} == set()
