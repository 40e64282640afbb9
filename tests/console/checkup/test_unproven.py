from __future__ import annotations

from console.checkup.unproven import LATELY_MS, unproven_findings
from store import keys
from store.client import Store
from store.settings import StoreSettings
from tests.ports import free_port

KEY = ("refused", "desk", "unproven")


async def test_deliveries_without_proof_are_told_for_a_day(store: Store, store_url: str) -> None:
    settings = StoreSettings(redis_url=store_url)
    await store.tallies.add({("refused", "desk", "too_big"): 4, ("refused", "", "unproven"): 4})
    assert await unproven_findings(settings) == []
    await store.tallies.add({KEY: 40})
    (found,) = await unproven_findings(settings)
    assert (found.level, found.about) == ("warning", "desk webhook")
    assert found.text.startswith("40 deliveries since yesterday did not prove who sent them, the last one 0 min ago")
    long_ago = await store.retention.now_ms() - LATELY_MS
    await store.redis.hset(keys.TALLY_LAST, "\0".join(KEY), str(long_ago))  # type: ignore[misc]
    assert await unproven_findings(settings) == []


async def test_without_a_store_nothing_is_told() -> None:
    assert await unproven_findings(StoreSettings(redis_url=f"redis://127.0.0.1:{free_port()}")) == []
