from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from console.cli import main
from console.reference.modelines import SCHEMAS as COMMITTED
from console.reference.modelines import schema_file
from console.reference.schemas import SCHEMAS, schema_text


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_committed_schema_is_the_generated_one(name: str) -> None:
    committed = (COMMITTED / schema_file(name)).read_bytes()
    assert committed == schema_text(name), f"run: hookswitch schema --write {COMMITTED}"


def test_no_other_schema_is_committed() -> None:
    assert {path.name for path in COMMITTED.iterdir()} == {schema_file(name) for name in SCHEMAS}


def test_it_knows_kinds_and_actions() -> None:
    printed = CliRunner().invoke(main, ["schema"]).stdout
    assert json.loads(printed)["title"] == "Hookswitch rule"
    assert "number.link" in printed
    assert "end-of-call-report" in printed


@pytest.mark.parametrize("name", SCHEMAS)
def test_each_is_printed(name: str) -> None:
    assert CliRunner().invoke(main, ["schema", name]).stdout_bytes == schema_text(name)


def test_samples_and_platforms_are_offered() -> None:
    assert b"flireo/assistant-request__g3" in schema_text("test")
    assert b"opencx" in schema_text("connections")


def test_writing_all(tmp_path: Path) -> None:
    assert CliRunner().invoke(main, ["schema", "--write", str(tmp_path / "s")]).exit_code == 0
    assert {path.name for path in (tmp_path / "s").iterdir()} == {schema_file(name) for name in SCHEMAS}


def test_writing_one(tmp_path: Path) -> None:
    CliRunner().invoke(main, ["schema", "vars", "--write", str(tmp_path)])
    assert [path.name for path in tmp_path.iterdir()] == ["vars.schema.json"]
    assert (tmp_path / "vars.schema.json").read_bytes() == schema_text("vars")
