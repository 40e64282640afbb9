from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from console.cli import main
from console.reference.pages import pages


def test_printed() -> None:
    assert "# What each platform can do\n" in CliRunner().invoke(main, ["reference"]).stdout


def test_written(tmp_path: Path) -> None:
    result = CliRunner().invoke(main, ["reference", "--write", str(tmp_path / "new")])
    assert result.exit_code == 0
    assert {path.name: path.read_text(encoding="utf-8") for path in (tmp_path / "new").iterdir()} == pages()
