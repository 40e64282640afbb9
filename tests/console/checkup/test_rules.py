from __future__ import annotations

from pathlib import Path

import pytest

from console.checkup.finding import Finding
from console.checkup.rules import rule_findings, worker_notes
from store.client import Store
from store.roster import Note
from workers.settings import WorkerSettings

GOOD = "description: Default.\non: assistant-request\nanswer: { default: true }\n"


@pytest.fixture
def settings(tmp_path: Path) -> WorkerSettings:
    (tmp_path / "rules").mkdir()
    (tmp_path / "connections.yaml").write_text("connections: { desk: { provider: flireo, generation: g3 } }\n")
    return WorkerSettings(connections=tmp_path / "connections.yaml", rules_dir=tmp_path / "rules")


def found(settings: WorkerSettings, notes: dict[str, Note] | None = None) -> list[Finding]:
    return list(rule_findings(settings, {}, notes or {}))


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


CRM = "description: One.\non: manual\nsteps: [{ action: log, with: { message: '${{ secrets.crm }}' } }]\n"


def test_the_secrets_of_this_terminal_do_not_matter_where_workers_tell_theirs(settings: WorkerSettings) -> None:
    (settings.rules_dir / "a.yaml").write_text(CRM)
    assert [finding.level for finding in found(settings)] == ["ok", "error"]
    assert [finding.level for finding in found(settings, {"w": Note(frozenset({"a"}))})] == ["ok"]


def test_what_workers_refuse_is_told_once(settings: WorkerSettings) -> None:
    (settings.rules_dir / "a.yaml").write_text(CRM)
    (settings.rules_dir / "b.yaml").write_text(GOOD.replace("assistant-request", "asistant-request"))
    (bad,) = [finding.text for finding in found(settings) if "b.yaml" in finding.text]
    lacks = "a.yaml:3:5 a: unknown secret"
    one = Note(frozenset({"b"}), {"a": lacks, "b": bad})
    _, *told = found(settings, {"one": one, "two": Note(frozenset({"a", "b"}), {"b": bad})})
    assert [(each.level, each.text) for each in told] == [
        ("error", f"{lacks} (not in force on 1 of 2 workers)"),
        ("error", f"{bad} (the last good version stays in force)"),
    ]
    assert "environment of the workers" in told[0].advice


def test_rules_that_no_worker_finds(settings: WorkerSettings) -> None:
    for number in range(7):
        (settings.rules_dir / f"r{number}.yaml").write_text(GOOD)
    (told,) = [each for each in found(settings, {"w": Note(frozenset({"r0"}))}) if each.level == "warning"]
    assert told.text == "no worker has r1, r2, r3, r4, r5 and 1 more in force"
    assert "HOOKSWITCH_RULES_DIR" in told.advice


async def test_notes_are_read_where_there_is_a_store(store: Store, store_url: str, tmp_path: Path) -> None:
    await store.roster.write("w", Note(frozenset({"a"})))
    assert (await worker_notes(WorkerSettings(redis_url=store_url))).keys() == {"w"}
    assert await worker_notes(WorkerSettings(redis_url="unix:///nonexistent.sock")) == {}
    assert await worker_notes(WorkerSettings(redis_url="nonsense")) == {}
    assert await worker_notes(WorkerSettings(redis_url="", data_dir=tmp_path)) == {}
