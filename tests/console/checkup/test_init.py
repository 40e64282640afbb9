from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from console.checkup import examine
from receiver.settings import ReceiverSettings
from workers.settings import WorkerSettings

CONNECTIONS = """
connections:
  desk:
    provider: flireo
    generation: g3
    auth: [{scheme: hmac, secret: "${DESK_SECRET}"}]
"""


async def test_everything_is_examined_even_without_a_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.checkup.spool.MOUNTS", tmp_path / "none")
    (tmp_path / "connections.yaml").write_text(CONNECTIONS)
    (tmp_path / "rules").mkdir()
    places: dict[str, Any] = {"data_dir": tmp_path, "connections": tmp_path / "connections.yaml", "redis_url": ""}
    findings = await examine(
        ReceiverSettings(**places), WorkerSettings(**places, rules_dir=tmp_path / "rules"), {"DESK_SECRET": "x"}
    )
    assert [(finding.level, finding.about) for finding in findings] == [
        ("error", "store"),
        ("ok", "data folder"),
        ("ok", "desk webhook"),
        ("ok", "rules"),
    ]
