from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from console.checkup.finding import Finding
from console.checkup.numbers import OLD_PIN, look_findings, number_findings, pin_findings
from store.client import Store
from store.numbers import Pin
from store.settings import StoreSettings
from tests.console.test_keeping import row
from workers.settings import WorkerSettings


def look(*rows: dict[str, Any]) -> dict[str, Any]:
    return {"at_ms": 0, "every": 900, "file": "rules/live/numbers.yaml", "rows": list(rows)}


def brief(findings: list[Finding]) -> list[tuple[str, str]]:
    return [(each.level, each.text) for each in findings]


async def found(url: str, folder: Path) -> list[tuple[str, str]]:
    return brief(await number_findings(StoreSettings(redis_url=url), WorkerSettings(rules_dir=folder)))


async def test_where_no_number_is_kept_nothing_is_said(store: Store, store_url: str, tmp_path: Path) -> None:
    assert await found(store_url, tmp_path) == []
    assert await found(f"unix://{tmp_path}/none.sock", tmp_path) == []


async def test_a_file_that_nobody_keeps_to(store: Store, store_url: str, tmp_path: Path) -> None:
    (tmp_path / "numbers.yaml").write_text("numbers: {}")
    assert await found(store_url, tmp_path) == [("error", "there is a numbers.yaml and no worker keeps to it")]
    await store.numbers.tend("w", 5)
    assert await found(store_url, tmp_path) == []
    now_ms = await store.schedules.now_ms()
    await store.numbers.keep_look(look(row()) | {"at_ms": now_ms})
    assert await found(store_url, tmp_path) == [("ok", "1 kept by rules/live/numbers.yaml, none has drifted")]


def test_the_last_look() -> None:
    drifted = row(state="drift", since_ms=1_772_400_000_000)
    unknown = row(state="unknown", why="the key is wrong", held="paused: all")
    told = brief(list(look_findings(look(drifted, row(), unknown, row(state="adopted")), 1000)))
    assert told == [
        ("warning", "desk +318•••••01: somebody else has pointed it elsewhere since 2026-03-01T21:20:00.000+00:00"),
        ("warning", "desk +318•••••01: the platform could not be asked (the key is wrong; paused: all)"),
    ]


@pytest.mark.parametrize(("minutes", "late"), [(44, False), (46, True)])
def test_a_look_that_is_too_old(minutes: int, late: bool) -> None:
    texts = [each.text for each in look_findings(look(row()), minutes * 60_000)]
    assert (f"the last look was {minutes} min ago" in texts) is late


def test_pins_that_may_have_been_forgotten() -> None:
    pins = {
        "desk/+31850000001": Pin("anna", "being moved", 0),
        "desk/+31850000002": Pin("anna", "", 0, until_ms=5),
        "desk/+31850000003": Pin("anna", "", 1),
    }
    (finding,) = pin_findings(pins, OLD_PIN + 1)
    assert finding.text.endswith("by anna: being moved")
    assert "+318•••••01: pinned since 1970-01-01" in finding.text
