from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from console.checkup.ceilings import ceiling_findings, costs_of
from console.checkup.finding import Finding
from store.ceilings import ceiling
from store.client import Store
from store.connections import Connection
from store.settings import StoreSettings
from workers.settings import WorkerSettings

API = {"base_url": "https://x", "key": "${KEY}"}


async def found(tmp_path: Path, url: str, **connection: Any) -> list[Finding]:
    file = tmp_path / "connections.yaml"
    file.write_text(yaml.safe_dump({"connections": {"desk": {"provider": "fluents", "api": API} | connection}}))
    return await ceiling_findings(StoreSettings(redis_url=url), WorkerSettings(connections=file), {})


async def test_what_is_used_is_shown(store: Store, store_url: str, tmp_path: Path) -> None:
    await store.spending.take("desk", "numbers-bought", ceiling("5 per 1d"), "op")
    findings = await found(tmp_path, store_url)
    assert [(each.level, each.about, each.text) for each in findings] == [
        ("ok", "desk calls-started", "0 used of 60 per 1h"),
        ("ok", "desk numbers-bought", "1 used of 5 per 1d"),
    ]


async def test_a_ceiling_that_is_reached_is_a_warning(store: Store, store_url: str, tmp_path: Path) -> None:
    await store.spending.take("desk", "numbers-bought", ceiling("1 per 1d"), "op")
    _, numbers = await found(tmp_path, store_url, ceilings={"numbers-bought": "1 per 1d"})
    assert (numbers.level, numbers.text) == ("warning", "1 used of 1 per 1d: nothing more goes out")
    assert "ceilings: {numbers-bought: ...}" in numbers.advice


@pytest.mark.parametrize(
    ("connection", "costs"),
    [
        ({"provider": "fluents"}, ["calls-started", "numbers-bought"]),
        ({"provider": "opencx"}, ["calls-started"]),
        ({"provider": "flireo", "generation": "g1"}, ["numbers-bought"]),
        ({"provider": "flireo", "generation": "g3"}, ["calls-started"]),
        ({"provider": "flireo"}, ["calls-started", "numbers-bought"]),
        ({"provider": "fluents", "api": None}, []),
        ({"provider": "vapi"}, ["calls-started", "numbers-bought"]),
        ({"provider": "retell"}, []),
    ],
)
def test_only_what_a_platform_can_do_has_a_ceiling(connection: dict[str, Any], costs: list[str]) -> None:
    assert costs_of(Connection.model_validate({"name": "desk", "api": API} | connection)) == costs


async def test_a_store_or_file_that_is_not_there_is_told_elsewhere(tmp_path: Path) -> None:
    assert await found(tmp_path, f"unix://{tmp_path}/none.sock") == []
    assert await found(tmp_path, "nonsense") == []
    missing = WorkerSettings(connections=tmp_path / "none.yaml")
    assert await ceiling_findings(StoreSettings(data_dir=tmp_path), missing, {}) == []
