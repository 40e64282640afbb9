"""The store: is it there, does it keep what it is given, is its clock right, does anybody work?"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from typing import Any

from redis.exceptions import RedisError, ResponseError

from console.checkup.finding import Finding
from console.cli.storage import store_url
from store.client import Store, open_store
from store.embedded import EmbeddedError
from store.settings import Durability, StoreSettings

OLDEST_SERVER = (7, 0)
CLOCKS_DIFFER = 2.0
"""Seconds between this machine's clock and the store's that deserve a warning."""


async def store_findings(settings: StoreSettings) -> list[Finding]:
    """Everything about the store; one finding when it cannot be reached."""
    try:
        store = open_store(store_url(settings))
    except EmbeddedError as error:
        reason, _, advice = str(error).partition(": ")
        return [Finding("error", "store", reason, advice)]
    except ValueError as error:
        return [Finding("error", "store", f"HOOKSWITCH_REDIS_URL cannot be used: {error}", "correct it")]
    try:
        return [*await _server(store, settings.durability), await _clock(store), *await _backlog(store)]
    except (RedisError, OSError) as error:
        return [Finding("error", "store", f"cannot be reached: {error}", "check HOOKSWITCH_REDIS_URL and the server")]
    finally:
        await store.close()


async def _server(store: Store, durability: Durability) -> list[Finding]:
    info = await store.redis.info("server")
    version = str(info.get("valkey_version") or info["redis_version"])
    if tuple(map(int, version.split(".")[:2])) < OLDEST_SERVER:
        return [Finding("error", "store", f"version {version} is too old", "upgrade to Redis 7 or Valkey 8 or newer")]
    found = [Finding("ok", "store", f"version {version} answers")]
    try:
        return found + list(persistence(await store.redis.config_get("*"), durability))
    except ResponseError:
        advice = "make sure yourself that it appends to disk and evicts nothing"
        return [*found, Finding("warning", "store", "does not tell its settings", advice)]


def persistence(config: Mapping[str, Any], durability: Durability) -> Iterator[Finding]:
    """What the server's own settings say about not losing events."""
    wanted = {"memory": (), "everysec": ("everysec", "always")}.get(durability, ("always",))
    if config.get("maxmemory-policy") != "noeviction":
        policy = config.get("maxmemory-policy")
        yield Finding("error", "eviction", f"{policy}: events may vanish", "CONFIG SET maxmemory-policy noeviction")
    if wanted and config.get("appendonly") != "yes":
        yield Finding("error", "persistence", "off: a restart loses everything", "CONFIG SET appendonly yes")
    elif wanted and config.get("appendfsync") not in wanted:
        said = f"appendfsync is {config.get('appendfsync')}, durability asks for {durability}"
        yield Finding("error", "persistence", said, f"CONFIG SET appendfsync {wanted[0]}")
    else:
        yield Finding("ok", "persistence", f"durability {durability}")


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
