from __future__ import annotations

from pathlib import Path

import pytest

from console.reference.pages import pages
from rules.engine.cel.functions import FUNCTIONS
from rules.engine.checks.codes import CODES
from store.event import KINDS
from workers.actions import ACTIONS

COMMITTED = Path(__file__).parents[3] / "docs" / "reference"


@pytest.mark.parametrize("name", pages())
def test_a_committed_page_is_up_to_date(name: str) -> None:
    assert (COMMITTED / name).read_text(encoding="utf-8") == pages()[name], "say: make docs"


def test_no_page_is_left_over() -> None:
    assert {path.name for path in COMMITTED.iterdir()} == pages().keys()


def test_everything_is_on_its_page() -> None:
    made = pages()
    for page, names in (("actions.md", ACTIONS), ("kinds.md", KINDS)):
        headings = {line.removeprefix("## ") for line in made[page].splitlines() if line.startswith("## ")}
        assert set(names) <= headings
    assert [code for code in CODES if f"| `{code}` |" not in made["check.md"]] == []
    assert [words.usage for words in FUNCTIONS.values() if f"`{words.usage}`" not in made["functions.md"]] == []


def test_bars_do_not_break_tables() -> None:
    assert "`true \\|\\| false`" in pages()["functions.md"]


def test_capabilities_name_generations() -> None:
    lines = pages()["capabilities.md"].splitlines()
    assert "| action | flireo g1 | flireo g2 | flireo g3 | fluents | opencx | vapi |" in lines
    assert "| `number.link` | yes | yes | yes | yes |  | yes |" in lines
    assert "| `number.buy` | yes |  |  | yes |  |  |" in lines
    assert "| `flireo.call.list` | flireo | g2, g3 |" in lines
    assert any(
        line.startswith("| opencx |  | `number.link`, ") and "belongs to its phone agent" in line for line in lines
    )
