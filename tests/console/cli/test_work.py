from __future__ import annotations

from pathlib import Path

import pytest

from tests.console.conftest import Cli


def test_a_rules_folder_that_is_not_there_could_not_run(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "connections.yaml").write_text("connections: {}\n")
    monkeypatch.setenv("HOOKSWITCH_CONNECTIONS", str(tmp_path / "connections.yaml"))
    monkeypatch.setenv("HOOKSWITCH_RULES_DIR", str(tmp_path / "none"))
    done = cli("work")
    assert done.exit_code == 2
    assert "none is not a folder that can be read" in done.stderr
