from __future__ import annotations

from pathlib import Path

import pytest

from console.checkup.server import clock, persistence, store_findings
from store.client import Store
from store.settings import StoreSettings
from tests.console.recorded import given_up

GOOD = {"maxmemory-policy": "noeviction", "appendonly": "yes", "appendfsync": "always"}


async def about(settings: StoreSettings) -> dict[str, tuple[str, str]]:
    return {finding.about: (finding.level, finding.text) for finding in await store_findings(settings)}


async def test_a_store_without_workers(store: Store, store_url: str) -> None:
    told = await about(StoreSettings(redis_url=store_url, durability="memory"))
    assert told["store"][0] == "ok"
    assert told["persistence"][0] == "ok"
    assert told["clock"] == ("ok", "agrees with the store's")
    assert told["queue"] == ("ok", "0 open; live 0, background 0, bulk 0")
    assert told["workers"] == ("error", "none: callers hear the fallback")
    assert "dead letters" not in told


async def test_workers_and_dead_letters_are_counted(store: Store, store_url: str) -> None:
    await given_up(store)
    told = await about(StoreSettings(redis_url=store_url, durability="memory"))
    assert told["workers"] == ("ok", "1 at work")
    assert told["dead letters"] == ("warning", "1 given up")


async def test_a_store_that_is_not_there(tmp_path: Path) -> None:
    (finding,) = await store_findings(StoreSettings(data_dir=tmp_path))
    assert (finding.level, finding.text) == ("error", f"no store runs in {tmp_path}")
    assert finding.advice.startswith("start `hookswitch dev` there")


async def test_a_redis_that_cannot_be_reached(tmp_path: Path) -> None:
    (finding,) = await store_findings(StoreSettings(redis_url=f"unix://{tmp_path}/none.sock"))
    assert (finding.level, finding.about) == ("error", "store")
    assert finding.text.startswith("cannot be reached: ")


async def test_an_address_that_is_none() -> None:
    (finding,) = await store_findings(StoreSettings(redis_url="localhost:6379"))
    assert finding.text.startswith("HOOKSWITCH_REDIS_URL cannot be used")


@pytest.mark.parametrize(
    ("change", "durability", "levels"),
    [
        ({}, "always", ["ok"]),
        ({"appendfsync": "everysec"}, "everysec", ["ok"]),
        ({"appendfsync": "everysec"}, "always", ["error"]),
        ({"appendfsync": "no"}, "everysec", ["error"]),
        ({"appendonly": "no"}, "always", ["error"]),
        ({"appendonly": "no"}, "memory", ["ok"]),
        ({"maxmemory-policy": "allkeys-lru"}, "always", ["error", "ok"]),
    ],
)
def test_what_the_server_keeps(change: dict[str, str], durability: str, levels: list[str]) -> None:
    findings = list(persistence(GOOD | change, durability))  # type: ignore[arg-type]
    assert [finding.level for finding in findings] == levels
    assert all(finding.advice.startswith("CONFIG SET ") for finding in findings if finding.level == "error")


@pytest.mark.parametrize(
    ("ahead", "level", "text"),
    [
        (1.9, "ok", "agrees with the store's"),
        (2.6, "warning", "the store's is 2.6 s ahead of this machine's"),
        (-60, "warning", "the store's is 60.0 s behind this machine's"),
    ],
)
def test_clocks(ahead: float, level: str, text: str) -> None:
    finding = clock(ahead)
    assert (finding.level, finding.text) == (level, text)
