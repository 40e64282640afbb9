"""Looking for one caller through everything the store keeps: in pages, so that nobody else waits long for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from store import keys
from store.caller import Caller
from store.events import unpack
from store.scripting import run

PAGE = 100
"""About how many keys one script looks at."""

_WRONG_TYPE = "WRONGTYPE"


@dataclass(frozen=True)
class Page:
    """Some of the keys."""

    looked_at: int
    found: Sequence[str]
    """Those in whose name or value the number stands."""


async def pages(redis: Redis, caller: Caller) -> AsyncIterator[Page]:
    """Every key that there was all the time, once or more often."""
    cursor = b"0"
    while True:
        cursor, looked_at, hits = await run(redis, "seek", cursor, PAGE, caller.pattern)
        yield Page(int(looked_at), [key.decode() for key, *fields in hits if await _tells(redis, caller, key, fields)])
        if cursor == b"0":
            return


async def count(redis: Redis) -> int:
    """How many keys there are."""
    return int(await redis.dbsize())


async def events_since(redis: Redis, moment_ms: int) -> list[str]:
    """The ids of events received since then, oldest first."""
    found = await redis.zrangebyscore(keys.EVENTS, moment_ms, "+inf")
    return [event_id.decode() for event_id in found]


async def event_tells(redis: Redis, caller: Caller, event_id: str) -> bool:
    """Whether the number stands anywhere in one event, its trace or its answers."""
    for prefix in (keys.EVENT, keys.TRACE, keys.ANSWERS):
        fields = await redis.hgetall(prefix + event_id)  # type: ignore[misc]
        if any(caller.is_in(_text(name, value)) for name, value in fields.items()):
            return True
    return False


async def _tells(redis: Redis, caller: Caller, key: bytes, fields: Sequence[bytes]) -> bool:
    """Whether the number really stands there."""
    if caller.is_in(key.decode("utf-8", "replace")):
        return True
    names = [name for name in fields if name]
    if names:
        values = await redis.hmget(key.decode(), names)  # type: ignore[misc]
        return any(
            caller.is_in(name.decode("utf-8", "replace")) or (value is not None and caller.is_in(_text(name, value)))
            for name, value in zip(names, values, strict=True)
        )
    return any(caller.is_in(_plain(value)) for value in await _members(redis, key.decode()))


async def _members(redis: Redis, key: str) -> list[bytes]:
    """The value of a text, list or set."""
    for command in (("GET", key), ("LRANGE", key, 0, -1), ("SMEMBERS", key)):
        try:
            found = await redis.execute_command(*command)  # type: ignore[no-untyped-call]
        except ResponseError as error:
            if not str(error).startswith(_WRONG_TYPE):
                raise
            continue
        return [found] if isinstance(found, bytes) else list(found or ())
    return []


def _text(field: bytes, value: bytes) -> str:
    return _plain(unpack(value) if field == b"body" or field.startswith(b"bundle:") else value)


def _plain(value: bytes) -> str:
    return value.decode("utf-8", "replace")
