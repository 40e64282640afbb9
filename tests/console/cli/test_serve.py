from __future__ import annotations

from pathlib import Path

import pytest

from tests.console.conftest import Cli


def test_a_missing_connections_file_could_not_run(cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOKSWITCH_CONNECTIONS", str(tmp_path / "none.yaml"))
    done = cli("serve", "--port", "0")
    assert done.exit_code == 2
    assert "none.yaml:\n  cannot be read" in done.stderr
