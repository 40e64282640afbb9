"""How much there is: events kept, memory in use, work that waits, and events that were asked to come later for it."""

from __future__ import annotations

from redis.exceptions import RedisError

from console.checkup.finding import Finding
from console.cli.storage import store_url
from receiver.settings import ReceiverSettings
from store.backlog import MACHINE_SHARE, Load, Refusals
from store.client import Store, open_store
from store.embedded import EmbeddedError

_DAY_MS = 86_400_000
_MEGABYTE = 1_000_000


async def load_findings(settings: ReceiverSettings) -> list[Finding]:
    """What the store holds; nothing when it cannot be reached, which is said elsewhere."""
    try:
        store = open_store(store_url(settings))
    except (EmbeddedError, ValueError):
        return []
    try:
        load, refused, now_ms = await _look(store)
        events = await _events(store, now_ms)
        return [events, memory(load, settings.memory_share), *backlog(load, settings.backlog_limit, refused, now_ms)]
    except (RedisError, OSError):
        return []
    finally:
        await store.close()


async def _look(store: Store) -> tuple[Load, Refusals, int]:
    return await store.backlog.look(), await store.backlog.refusals(), await store.retention.now_ms()


async def _events(store: Store, now_ms: int) -> Finding:
    count, oldest = await store.events.count(), await store.retention.oldest_ms()
    if oldest is None:
        return Finding("ok", "events", "none kept")
    return Finding("ok", "events", f"{count:,} kept, the oldest is {(now_ms - oldest) / _DAY_MS:.1f} days old")


def memory(load: Load, share: float) -> Finding:
    """How full the store is."""
    used = f"{load.used / _MEGABYTE:,.0f} MB in use"
    if not load.room:
        return Finding("ok", "memory", f"{used}; nobody knows how much the store may use")
    said = f"{used}, {load.share:.0%} of {load.room / _MEGABYTE:,.0f} MB"
    said += "" if load.has_limit else f", which is {MACHINE_SHARE:.0%} of its machine, since it has no maxmemory"
    if not share or load.share < share:
        return Finding("ok", "memory", said)
    advice = "give it more maxmemory, or keep events for less long (HOOKSWITCH_KEEP, HOOKSWITCH_KEEP_EVENTS)"
    return Finding("warning", "memory", f"{said}: events that nobody waits for get 429", advice)


def backlog(load: Load, limit: int, refused: Refusals, now_ms: int) -> list[Finding]:
    """Whether there is more to do than is done."""
    found = []
    if limit and load.jobs >= limit:
        said = f"{load.jobs:,} jobs wait, the limit is {limit:,}: events that nobody waits for get 429"
        found.append(Finding("warning", "backlog", said, "start more of `hookswitch work`, or look for what is slow"))
    if refused.count:
        ago = max(0, now_ms - refused.last_ms) // 60_000
        said = f"{refused.count:,} events were asked to come later, the last one {ago} min ago"
        found.append(Finding("warning", "refused", said, "see whether the platform delivers them again"))
    return found
