from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rules.engine.loading.load import (
    NoFolder,
    StaleDocument,
    load_assistants,
    load_document,
    load_folder,
    load_rule,
    load_vars,
    rule_files,
)
from tests.rules.engine.vocab import VARS, VOCABULARY, brief, load, write_folder

GOOD = "description: x\non: tool-calls\nanswer: { result: x }\n"


def test_a_bad_file_harms_only_itself(tmp_path: Path) -> None:
    loaded = load(
        tmp_path, {"good.yaml": GOOD, "bad.yaml": GOOD.replace("result", "reslt"), "worse.yaml": "[", "n.yaml": ""}
    )
    assert [rule.name for rule in loaded.rules] == ["good"]
    assert {finding.rule for finding in loaded.findings} == {"bad", "worse", "n"}
    assert [file.name for file in loaded.files] == ["bad", "good", "n", "worse"]
    assert loaded.rule("good") is loaded.rules[0]
    assert loaded.rule("bad") is None


def test_bytes_of_any_kind_are_findings(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "b.yaml").write_bytes(b"description: \x80\n")
    (tmp_path / "c.yaml").write_bytes(b"x" * 600_000)
    (tmp_path / "d.yaml").symlink_to(tmp_path / "nowhere")
    loaded = load_folder(tmp_path, VOCABULARY)
    assert loaded.rules == ()
    assert [finding.rule for finding in loaded.findings] == ["a", "b", "c"]


def test_turn_order_and_disabled_rules(tmp_path: Path) -> None:
    loaded = load(
        tmp_path,
        {"a.yaml": GOOD, "b.yaml": GOOD + "priority: 5\n", "c.yaml": GOOD + "backstop: true\npriority: 1\n",
         "d.yaml": GOOD + "enabled: false\n"},
    )  # fmt: skip
    assert [rule.name for rule in loaded.rules] == ["b", "a", "d", "c"]


def test_what_is_no_rule_is_not_read(tmp_path: Path) -> None:
    files = {
        "a.yaml": GOOD,
        "a.test.yaml": "cases: []",
        "vars.yaml": VARS,
        "connections.yaml": "connections: {}",
        ".hidden.yaml": "[",
        "notes.txt": "[",
        "assistants/night.json": "{}",
        "b.yml": GOOD,
    }
    write_folder(tmp_path, files)
    assert [path.name for path in rule_files(tmp_path)] == ["a.yaml", "b.yml"]
    loaded = load_folder(tmp_path, VOCABULARY)
    assert loaded.findings == ()
    assert loaded.vars.values["night_agent"] == "asst_night"
    assert load_assistants(tmp_path) == {"assistants/night.json": "{}"}


def test_rules_in_folders_below_are_pointed_out(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"a.yaml": GOOD, "drafts/b.yaml": GOOD})
    assert [rule.name for rule in loaded.rules] == ["a"]
    assert brief(loaded.findings) == ["1:1 rule files lie in the rules folder itself; this one is not read"]


def test_two_files_of_one_name(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"a.yaml": GOOD, "a.yml": GOOD})
    assert len(loaded.rules) == 1
    assert [finding.path.rsplit("/", 1)[1] for finding in loaded.findings] == ["a.yml"]
    assert loaded.findings[0].message == 'a.yaml has the rule name "a" already'


def test_mistakes_in_vars_are_findings(tmp_path: Path) -> None:
    loaded = load(tmp_path, {"a.yaml": GOOD, "vars.yaml": "a-b: 1\n"})
    assert [rule.name for rule in loaded.rules] == ["a"]
    assert [finding.rule for finding in loaded.findings] == ["vars"]


def test_one_file_by_itself(tmp_path: Path) -> None:
    write_folder(tmp_path, {"a.yaml": GOOD, "vars.yaml": VARS})
    loaded = load_rule(tmp_path / "a.yaml", VOCABULARY, load_vars(tmp_path), {})
    assert loaded.rule is not None
    assert loaded.rule.version == load_folder(tmp_path, VOCABULARY).rules[0].version
    gone = load_rule(tmp_path / "gone.yaml", VOCABULARY, load_vars(tmp_path), {})
    assert gone.rule is None
    assert brief(gone.findings) == ["1:1 the file cannot be read"]


def test_paths_are_shown_below_the_current_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    loaded = load(tmp_path / "rules" / "live", {"a.yaml": GOOD})
    assert loaded.rules[0].path == "rules/live/a.yaml"
    assert load_folder(Path("rules/live"), VOCABULARY).rules[0].path == "rules/live/a.yaml"


def test_no_folder_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(NoFolder):
        load_folder(tmp_path / "nowhere", VOCABULARY)


def test_a_kept_version_that_no_longer_checks(tmp_path: Path) -> None:
    text = "description: x\non: tool-calls\nsteps: [{ action: log, with: { message: x } }]\n"
    rule = load(tmp_path, {"a.yaml": text}).rules[0]
    with pytest.raises(StaleDocument, match="unknown action"):
        load_document(rule.document, replace(VOCABULARY, actions={}))
