from __future__ import annotations

from pathlib import Path

import pytest

from console.checkup.finding import Finding
from console.checkup.rules import rule_findings
from workers.settings import WorkerSettings

GOOD = "description: Default.\non: assistant-request\nanswer: { default: true }\n"


@pytest.fixture
def settings(tmp_path: Path) -> WorkerSettings:
    (tmp_path / "rules").mkdir()
    (tmp_path / "connections.yaml").write_text("connections: { desk: { provider: flireo, generation: g3 } }\n")
    return WorkerSettings(connections=tmp_path / "connections.yaml", rules_dir=tmp_path / "rules")


def found(settings: WorkerSettings) -> list[Finding]:
    return list(rule_findings(settings, {}))


def test_good_rules_are_counted(settings: WorkerSettings) -> None:
    (settings.rules_dir / "a.yaml").write_text(GOOD)
    (finding,) = found(settings)
    assert (finding.level, finding.text) == ("ok", f"1 in force from {settings.rules_dir}")


def test_a_bad_file_is_named_and_the_others_count(settings: WorkerSettings) -> None:
    (settings.rules_dir / "a.yaml").write_text(GOOD)
    (settings.rules_dir / "b.yaml").write_text(GOOD.replace("assistant-request", "asistant-request"))
    good, *bad = found(settings)
    assert good.text.startswith("1 in force")
    assert bad
    assert all(finding.level == "error" and "b.yaml:" in finding.text for finding in bad)
    assert bad[0].advice == f"hookswitch check {settings.rules_dir}"


def test_a_folder_that_is_not_there(settings: WorkerSettings) -> None:
    settings.rules_dir.rmdir()
    (finding,) = found(settings)
    assert (finding.level, finding.about) == ("error", "rules")


def test_connections_that_cannot_be_read_are_told_elsewhere(settings: WorkerSettings) -> None:
    settings.connections.unlink()
    assert found(settings) == []
