"""The store: is it there, does it keep what it is given, is its clock right, does anybody work?"""

from __future__ import annotations

import time

from redis.exceptions import RedisError

from console.checkup.finding import Finding
from console.cli.storage import store_url
from store.client import Store, open_store
from store.embedded import EmbeddedError
from store.settings import Durability, StoreSettings
from store.standing import standing

CLOCKS_DIFFER = 2.0
"""Seconds between this machine's clock and the store's that deserve a warning."""


async def store_findings(settings: StoreSettings) -> list[Finding]:
    """Everything about the store; one finding when it cannot be reached."""
    try:
        store = open_store(store_url(settings), tried=False)
    except EmbeddedError as error:
        reason, _, advice = str(error).partition(": ")
        return [Finding("error", "store", reason, advice)]
    except ValueError as error:
        return [Finding("error", "store", f"HOOKSWITCH_REDIS_URL cannot be used: {error}", "correct it")]
    try:
        backlog, paused = await _backlog(store), await _paused(store)
        return [*await _server(store, settings.durability), await _clock(store), *backlog, *paused]
    except (RedisError, OSError) as error:
        return [Finding("error", "store", f"cannot be reached: {error}", "check HOOKSWITCH_REDIS_URL and the server")]
    finally:
        await store.close()


async def _server(store: Store, durability: Durability) -> list[Finding]:
    seen = await standing(store.redis, durability)
    wrong = [Finding(each.level, each.about, each.text, each.advice) for each in seen.shortcomings]
    if seen.too_old:
        return wrong
    fine = [] if any(each.about == "persistence" for each in wrong) else [f"durability {durability}"]
    found = [Finding("ok", "store", f"version {seen.version} answers")]
    return [*found, *wrong, *(Finding("ok", "persistence", text) for text in fine)]


async def _clock(store: Store) -> Finding:
    seconds, microseconds = await store.redis.time()
    return clock(seconds + microseconds / 1e6 - time.time())


def clock(ahead: float) -> Finding:
    """What it means that the store's clock is so many seconds ahead of ours."""
    if abs(ahead) <= CLOCKS_DIFFER:
        return Finding("ok", "clock", "agrees with the store's")
    said = f"the store's is {abs(ahead):.1f} s {'ahead of' if ahead > 0 else 'behind'} this machine's"
    return Finding("warning", "clock", said, "run a time service (NTP) on both; signatures are refused by wrong clocks")


async def _backlog(store: Store) -> list[Finding]:
    workers, dead = await store.queue.workers(), await store.dead.count()
    depth = ", ".join(f"{lane} {count}" for lane, count in (await store.queue.depth()).items())
    found = [Finding("ok", "queue", f"{await store.queue.open_work()} open; {depth}")]
    if workers:
        found.append(Finding("ok", "workers", f"{len(workers)} at work"))
    else:
        found.append(Finding("error", "workers", "none: callers hear the fallback", "hookswitch work"))
    if dead:
        found.append(Finding("warning", "dead letters", f"{dead} given up", "hookswitch dead list"))
    return found


async def _paused(store: Store) -> list[Finding]:
    """Nobody should wonder in the morning why a rule does nothing."""
    pauses = await store.pauses.all()
    held = await store.pauses.held(pauses.values())
    return [
        Finding("warning", "paused", f"{scope} by {pause.by}, {held[scope]} runs wait", f"hookswitch resume {scope}")
        for scope, pause in pauses.items()
    ]
