from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from console.checkup.calls import comparison_findings, completion_findings
from receiver.settings import ReceiverSettings
from store.client import Store
from tests.console.test_missed import FOUND, MISSED, REFUSED

TOKEN = {"scheme": "path_token", "secret": "${TOKEN}"}
API = {"api": {"key": "${KEY}"}}


def levels(path: Path, environ: dict[str, str], **connections: Any) -> list[tuple[str, str]]:
    path.write_text(yaml.safe_dump({"connections": connections}))
    return [(finding.level, finding.about) for finding in completion_findings(path, environ)]


def test_calls_that_end_without_a_report(tmp_path: Path) -> None:
    path = tmp_path / "connections.yaml"
    bare = {"provider": "fluents", "auth": [TOKEN]}
    told = {
        "bare": bare, "keyed": bare | API, "talks": {"provider": "opencx", "auth": [TOKEN]},
        "reports": {"provider": "vapi", "auth": [TOKEN]}, "silent": {"provider": "fluents"} | API,
    }  # fmt: skip
    assert levels(path, {"KEY": "k"}, **told) == [("warning", "bare reports"), ("warning", "talks reports")]
    assert ("warning", "keyed reports") in levels(path, {}, **told)
    path.write_text("nonsense")
    assert completion_findings(path, {}) == []


async def test_what_the_last_comparison_found(store: Store, store_url: str) -> None:
    settings = ReceiverSettings(redis_url=store_url)
    assert await comparison_findings(settings) == []
    fine = FOUND | {"recovered": 0, "missing": 0, "at": "2026-03-02T09:00:00+00:00"}
    await store.reconciles.keep_last({"a": fine, "b": FOUND, "c": MISSED, "d": REFUSED})
    found = await comparison_findings(settings)
    assert [each.level for each in found] == ["ok", "warning", "warning", "ok"]
    assert found[0].text == "5 compared at 2026-03-02 09:00 UTC, 0 recovered"
    assert "could not be recovered: no answer" in found[2].text
    assert "the key was refused" in found[3].text


async def test_a_store_that_is_away_is_said_elsewhere(tmp_path: Path) -> None:
    assert await comparison_findings(ReceiverSettings(redis_url="unix:///nonexistent.sock")) == []
    assert await comparison_findings(ReceiverSettings(data_dir=tmp_path)) == []
