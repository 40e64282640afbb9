from __future__ import annotations

from pathlib import Path

import pytest

from console.dev.session import FILE, remember, remembered
from console.dev.setup import SECRETS_NAME


def test_what_is_no_secret_is_kept_for_other_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    given = {"HOOKSWITCH_RULES_DIR": "rules/live", "SANDBOX_URL": "http://x", "HOOKSWITCH_REDIS_URL": "redis://:pw@x"}
    remember(tmp_path, given | {"DESK_SECRET": "hidden"})
    assert remembered(tmp_path) == {"HOOKSWITCH_RULES_DIR": str(tmp_path / "rules/live"), "SANDBOX_URL": "http://x"}
    kept = (tmp_path / FILE).read_text()
    assert "pw" not in kept
    assert "hidden" not in kept


def test_the_secrets_made_here_come_with_it(tmp_path: Path) -> None:
    (tmp_path / SECRETS_NAME).write_text("DESK_SECRET=s\n")
    assert remembered(tmp_path) == {}
    remember(tmp_path, {})
    assert remembered(tmp_path) == {"DESK_SECRET": "s"}


def test_a_broken_file_is_no_file(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{")
    assert remembered(tmp_path) == {}
