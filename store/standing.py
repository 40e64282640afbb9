"""What the server really does with what it is given: version, persistence, eviction, replicas; and what it should."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from redis.asyncio import Redis
from redis.exceptions import RedisError, ResponseError

from store.settings import Durability

logger = logging.getLogger(__name__)

OLDEST_SERVER = (7, 0)
LOOK_EVERY = 60.0
"""Seconds between two looks at a server that answers: a restart or a failover may have changed it."""
LOOK_AGAIN = 1.0
"""Seconds until the next look at one that does not."""
AT_ONCE = 1.0
"""Seconds it has to show that it is there."""
_FSYNC: Mapping[Durability, tuple[str, ...]] = {"memory": (), "everysec": ("everysec", "always")}
_FSYNC_ALWAYS = ("always",)


class OldServerError(Exception):
    """The server is older than what we run on; the text says what to do."""


@dataclass(frozen=True)
class Shortcoming:
    """One way in which the server does less than it was asked for."""

    level: Literal["warning", "error"]
    about: str
    text: str
    advice: str


@dataclass(frozen=True)
class Standing:
    """What one look at the server showed."""

    version: str
    shortcomings: tuple[Shortcoming, ...]

    @property
    def too_old(self) -> bool:
        """Whether nothing can be promised on it."""
        return version_of(self.version) < OLDEST_SERVER


def version_of(text: str) -> tuple[int, ...]:
    """Major and minor, as numbers."""
    return tuple(int(part) if part.isdigit() else 0 for part in text.split(".")[:2])


async def reach(redis: Redis) -> str:
    """`ok` when the server answers at once, else why it does not."""
    try:
        async with asyncio.timeout(AT_ONCE):
            await redis.ping()
    except (RedisError, OSError) as error:
        return f"unreachable: {type(error).__name__}"
    return "ok"


async def standing(redis: Redis, durability: Durability) -> Standing:
    """Look at the server; raises what the server raises."""
    info = await redis.info()
    version = str(info.get("valkey_version") or info["redis_version"])
    if version_of(version) < OLDEST_SERVER:
        text = f"version {version} is too old"
        return Standing(version, (Shortcoming("error", "version", text, "upgrade to Redis 7 or Valkey 8 or newer"),))
    try:
        config = await redis.config_get("*")
    except ResponseError:
        config = None
    return Standing(version, (*_settings(config, durability), *_replication(info, config, durability)))


async def refuse_old_server(redis: Redis) -> None:
    """Raise OldServerError for a server that is too old; one that is away is looked at when it is back."""
    try:
        seen = await standing(redis, "memory")
    except (RedisError, OSError):
        return
    if seen.too_old:
        raise OldServerError(f"the store is {seen.shortcomings[0].text}: {seen.shortcomings[0].advice}")


def _settings(config: Mapping[str, Any] | None, durability: Durability) -> Iterator[Shortcoming]:
    """What the server's own settings say about not losing events."""
    if config is None:
        advice = "make sure yourself that it appends to disk and evicts nothing"
        yield Shortcoming("warning", "settings", "does not tell its settings", advice)
        return
    policy = config.get("maxmemory-policy")
    if policy != "noeviction":
        yield Shortcoming("error", "eviction", f"{policy}: events may vanish", "CONFIG SET maxmemory-policy noeviction")
    wanted = _FSYNC.get(durability, _FSYNC_ALWAYS)
    if wanted and config.get("appendonly") != "yes":
        yield Shortcoming("error", "persistence", "off: a restart loses everything", "CONFIG SET appendonly yes")
    elif wanted and config.get("appendfsync") not in wanted:
        said = f"appendfsync is {config.get('appendfsync')}, durability asks for {durability}"
        yield Shortcoming("error", "persistence", said, f"CONFIG SET appendfsync {wanted[0]}")


def _replication(
    info: Mapping[str, Any], config: Mapping[str, Any] | None, durability: Durability
) -> Iterator[Shortcoming]:
    """Whether a replica could take over without losing anything, and whether the server can write at all."""
    if info.get("role") == "slave":
        advice = "point HOOKSWITCH_REDIS_URL at the primary, or at the sentinels"
        yield Shortcoming("error", "replicas", "this is a replica and takes no writes", advice)
    if info.get("aof_enabled") and info.get("aof_last_write_status") == "err":
        advice = "make room on its disk; until then events go to the spool"
        yield Shortcoming("error", "persistence", "it cannot write to its disk", advice)
    if durability != "replica":
        return
    if not info.get("connected_slaves"):
        yield Shortcoming("error", "replicas", "none connected, durability asks for one", "start a replica")
    if config is not None and str(config.get("min-replicas-to-write")) == "0":
        text = "min-replicas-to-write is 0: a primary that is cut off goes on taking writes that are lost later"
        yield Shortcoming("warning", "replicas", text, "CONFIG SET min-replicas-to-write 1")


@dataclass
class Lookout:
    """Looks at the server for as long as we run, and says so whenever it begins to do less than it was asked for."""

    redis: Redis
    durability: Durability
    seen: Standing | None = None
    """What the last look showed."""

    async def keep(self) -> None:
        """Look until cancelled, through any absence of the server."""
        while True:
            seen = await self.look()
            await asyncio.sleep(LOOK_EVERY if seen else LOOK_AGAIN)

    async def look(self) -> bool:
        """One look; False when the server is away."""
        try:
            seen = await standing(self.redis, self.durability)
        except (RedisError, OSError):
            return False
        told = self.seen.shortcomings if self.seen else ()
        for shortcoming in seen.shortcomings:
            if shortcoming not in told:
                _shout(shortcoming)
        self.seen = seen
        return True


def _shout(shortcoming: Shortcoming) -> None:
    level = logging.CRITICAL if shortcoming.level == "error" else logging.WARNING
    logger.log(
        level, "the store does less than it should",
        extra={"about": shortcoming.about, "found": shortcoming.text, "advice": shortcoming.advice},
    )  # fmt: skip
