from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from console.cli import main
from console.reference.modelines import modeline
from tests.console.cli.support import stored
from tests.console.support import CALLER, NIGHT, call_comes_in, rules_of


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, store_url: str) -> Path:
    monkeypatch.setenv("HOOKSWITCH_REDIS_URL", store_url)
    rules_of(tmp_path / "rules", night=NIGHT)
    stored(store_url, call_comes_in())
    return tmp_path / "rules"


def new(folder: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["new", *arguments, "--rules", str(folder)])


def passes(folder: Path) -> bool:
    return CliRunner().invoke(main, ["test", str(folder)]).exit_code == 0


def test_a_rule_with_its_test(folder: Path) -> None:
    result = new(folder, "rule", "call_back")
    assert result.exit_code == 0, result.output
    assert result.stdout.splitlines() == [str(folder / "call_back.yaml"), str(folder / "call_back.test.yaml")]
    assert passes(folder)
    assert "is there already" in new(folder, "rule", "call_back").stderr


@pytest.mark.parametrize("name", ["../night", "a b", ""])
def test_a_name_that_is_none(folder: Path, name: str) -> None:
    result = new(folder, "rule", name)
    assert result.exit_code == 2
    assert "is no name for a rule" in result.stderr


def test_no_folder(tmp_path: Path) -> None:
    assert "is not a folder" in new(tmp_path / "none", "rule", "x").stderr


def test_a_case_of_an_event(folder: Path) -> None:
    result = new(folder, "test", "--from", "evt_1")
    assert result.exit_code == 0, result.output
    text = (folder / "night.test.yaml").read_text()
    assert CALLER not in text
    assert text.startswith(modeline("test", folder))
    assert passes(folder)
    assert new(folder, "test", "--from", "evt_1", "--name", "again").exit_code == 0
    assert (folder / "night.test.yaml").read_text().startswith(text)
    assert passes(folder)


def test_a_case_can_be_looked_at_first(folder: Path) -> None:
    assert new(folder, "test", "--from", "evt_1", "--name", "look", "--print").stdout.startswith("  - name: look\n")
    assert not (folder / "night.test.yaml").exists()


def test_a_file_that_cannot_be_added_to(folder: Path) -> None:
    path = folder / "night.test.yaml"
    path.write_text("cases: []\n")
    result = new(folder, "test", "--from", "evt_1")
    assert result.exit_code == 2
    assert "--print" in result.stderr
    assert path.read_text() == "cases: []\n"


def test_which_rule(folder: Path) -> None:
    rules_of(folder, night=NIGHT, late=NIGHT)
    assert "say which with --rule: late or night" in new(folder, "test", "--from", "evt_1").stderr
    assert 'did you mean "late"?' in new(folder, "test", "--from", "evt_1", "--rule", "latte").stderr
    assert new(folder, "test", "--from", "evt_1", "--rule", "late").exit_code == 0


def test_no_such_event(folder: Path) -> None:
    assert "there is no event evt_2" in new(folder, "test", "--from", "evt_2").stderr


def test_code_is_laid_out_where_the_source_is(monkeypatch: pytest.MonkeyPatch) -> None:
    new_module = import_module("console.cli.new")
    written = [new_module.PROJECT / "workers" / "actions" / "crm_note.py"]
    monkeypatch.setattr(
        new_module, "lay_out", lambda what, name: written if (what, name) == ("action", "crm.note") else []
    )
    result = CliRunner().invoke(main, ["new", "action", "crm.note"])
    assert result.stdout.splitlines() == ["workers/actions/crm_note.py"]
    assert "add its row to docs/rules.md" in result.stderr
    assert "make docs" in CliRunner().invoke(main, ["new", "provider", "acme"]).stderr


def test_a_name_that_no_code_can_have() -> None:
    result = CliRunner().invoke(main, ["new", "provider", "Acme!"])
    assert result.exit_code == 2
    assert "is no name for a provider" in result.stderr
