from __future__ import annotations

from pathlib import Path

import pytest

from console.checkup.server import clock, store_findings
from store.client import Store
from store.settings import StoreSettings
from tests.console.recorded import given_up


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


async def test_what_is_paused_is_a_warning(store: Store, store_url: str) -> None:
    await store.pauses.begin("rule:tell", "anna")
    found = await store_findings(StoreSettings(redis_url=store_url, durability="memory"))
    (told,) = [finding for finding in found if finding.about == "paused"]
    assert (told.level, told.text) == ("warning", "rule:tell by anna, 0 runs wait")
    assert told.advice == "hookswitch resume rule:tell"


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


async def test_what_the_server_keeps_less_well_than_asked(store: Store, store_url: str) -> None:
    told = await about(StoreSettings(redis_url=store_url, durability="always"))
    assert told["persistence"] == ("error", "appendfsync is no, durability asks for always")


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
