"""Deliveries that did not prove who sent them, as far as receivers have counted them."""

from __future__ import annotations

from redis.exceptions import RedisError

from console.checkup.finding import Finding
from console.cli.storage import store_url
from store.client import Store, open_store
from store.embedded import EmbeddedError
from store.settings import StoreSettings

LATELY_MS = 24 * 3_600_000
_MINUTE_MS = 60_000


async def unproven_findings(settings: StoreSettings) -> list[Finding]:
    """One for each connection that had some within a day; nothing when the store cannot be reached."""
    try:
        store = open_store(store_url(settings))
    except (EmbeddedError, ValueError):
        return []
    try:
        return await _found(store)
    except (RedisError, OSError):
        return []
    finally:
        await store.close()


async def _found(store: Store) -> list[Finding]:
    now_ms, last = await store.retention.now_ms(), await store.tallies.last()
    days = await store.tallies.days(2)
    ages = {key: now_ms - at for key, at in sorted(last.items()) if key[0] == "refused" and key[-1] == "unproven"}
    counts = {key: sum(counted[key] for _, counted in days) for key in ages}
    return [_finding(key[1], counts[key], age) for key, age in ages.items() if key[1] and age < LATELY_MS]


def _finding(name: str, count: int, age_ms: int) -> Finding:
    minutes = max(0, age_ms) // _MINUTE_MS
    text = f"{count:,} deliveries since yesterday did not prove who sent them, the last one {minutes} min ago"
    advice = "the line `delivery refused` in the receiver's log says why; the platform must hold the secret set here"
    return Finding("warning", f"{name} webhook", text, advice)
