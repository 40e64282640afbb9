from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from console.dev.children import ChildFailed
from console.dev.ports import PortTaken
from console.dev.run import Plan, Say
from tests.console.conftest import Cli


@pytest.fixture
def rules(tmp_path: Path) -> str:
    """An empty rules folder."""
    (tmp_path / "rules").mkdir()
    return str(tmp_path / "rules")


def test_no_rules_folder(cli: Cli, tmp_path: Path) -> None:
    done = cli("dev", "--rules-dir", str(tmp_path / "none"))
    assert done.exit_code == 2
    assert f"there is no rules folder {tmp_path}/none; make one, or name yours with --rules-dir" in done.stderr


def test_a_port_that_leaves_no_room_for_the_sandbox(cli: Cli, rules: str) -> None:
    assert cli("dev", "--rules-dir", rules, "--port", "65530").exit_code == 2


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (PortTaken(8080, "receiver"), "port 8080 for the receiver is in use"),
        (ChildFailed("worker", 1), "the worker keeps ending (exit code 1)"),
        (PermissionError(13, "Permission denied", "/data"), "/data: Permission denied; choose another folder"),
        (FileExistsError(17, "File exists", "/data"), "/data is not a folder; choose another with --data-dir"),
    ],
)
def test_what_keeps_it_from_running(
    error: Exception, told: str, cli: Cli, rules: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fail(_: Plan, __: Say) -> None:
        raise error

    monkeypatch.setattr(import_module("console.cli.dev"), "run", fail)
    done = cli("dev", "--rules-dir", rules)
    assert done.exit_code == 2
    assert told in done.stderr


def test_what_was_asked_for_is_what_is_run(
    cli: Cli, rules: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Plan] = []

    async def keep(plan: Plan, _: Say) -> None:
        asked.append(plan)

    monkeypatch.setattr(import_module("console.cli.dev"), "run", keep)
    assert cli("dev", "--rules-dir", rules, "--port", "9000", "--no-sandbox").exit_code == 0
    (plan,) = asked
    assert (plan.ports.receiver, plan.sandbox, plan.connections) == (9000, False, None)
    assert (plan.data_dir, plan.rules_dir) == (tmp_path / "data", Path(rules))
