from __future__ import annotations

import json
from pathlib import Path

from click.testing import CliRunner

from console.cli import main
from console.cli.schema import COMMITTED, schema_text


def test_the_committed_schema_is_the_generated_one() -> None:
    assert COMMITTED.read_bytes() == schema_text(), f"run: hookswitch schema --write {COMMITTED}"


def test_it_knows_kinds_and_actions(tmp_path: Path) -> None:
    printed = CliRunner().invoke(main, ["schema"]).stdout
    assert json.loads(printed)["properties"]
    assert "number.link" in printed
    assert "end-of-call-report" in printed


def test_writing(tmp_path: Path) -> None:
    path = tmp_path / "s.json"
    CliRunner().invoke(main, ["schema", "--write", str(path)])
    assert path.read_bytes() == schema_text()
