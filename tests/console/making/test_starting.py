from __future__ import annotations

from pathlib import Path

import pytest

from console.making.starting import CannotStart, lay_out_folder, starter_files
from console.rulebook import SampleRoom
from rules.engine.cases.testing import run_tests
from rules.engine.loading.load import load_folder
from store.connections import load_connections
from workers.vocabulary import vocabulary


def test_what_a_folder_holds() -> None:
    assert {
        ".gitignore", ".github/workflows/rules.yaml", "README.md", "rules/connections.yaml", "rules/live/vars.yaml",
        "rules/live/greeting.yaml", "rules/live/greeting.test.yaml", "rules/schema/rule.schema.json",
    } <= {path.as_posix() for path in starter_files()}  # fmt: skip


def test_its_rules_have_nothing_wrong_and_a_passing_test_each(tmp_path: Path) -> None:
    lay_out_folder(tmp_path / "ops")
    live = tmp_path / "ops" / "rules" / "live"
    connections = load_connections(live.parent / "connections.yaml", {}, "neither")
    words = vocabulary(connections)
    loaded = load_folder(live, words)
    assert [finding.text for finding in loaded.findings] == []
    assert {rule.name for rule in loaded.rules} == {path.stem for path in live.glob("*.yaml")} - {"vars"} - {
        path.stem for path in live.glob("*.test.yaml")
    }
    results = run_tests(live, words, SampleRoom(connections))
    assert {case.rule for case in results.cases if case.passed} == {rule.name for rule in loaded.rules}
    assert [case.name for case in results.cases if not case.passed] == []


@pytest.mark.parametrize("name", [".gitignore", "rules/connections.yaml"])
def test_nothing_is_written_over(name: str, tmp_path: Path) -> None:
    theirs = tmp_path / name
    theirs.parent.mkdir(parents=True, exist_ok=True)
    theirs.write_text("theirs")
    with pytest.raises(CannotStart, match=name):
        lay_out_folder(tmp_path)
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == [theirs]
    assert theirs.read_text() == "theirs"


def test_a_folder_with_other_things_in_it_will_do(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("theirs")
    written = lay_out_folder(tmp_path)
    assert all(path.is_file() for path in written)
    assert (tmp_path / "notes.txt").read_text() == "theirs"


def test_a_file_is_no_folder(tmp_path: Path) -> None:
    (tmp_path / "ops").write_text("")
    with pytest.raises(CannotStart, match="is not a folder"):
        lay_out_folder(tmp_path / "ops")
