"""Looking for one caller through everything the store keeps: in pages, so that nobody else waits long for it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import ResponseError

from store import keys
from store.caller import Caller
from store.events import BUNDLE, unpack
from store.scripting import run
from store.together import Command, round_trip

PAGE = 250
"""About how many keys one script looks at."""
ROOM = 400_000
"""Bytes that one script looks at, and one key more."""
PART = 500
"""How large a collection may be for a script; a larger one is read in parts."""

_PARTS = {b"string": "GET", b"hash": "HSCAN", b"list": "LRANGE", b"set": "SSCAN"}
"""Members of sorted sets are ids of our own, and streams are written without numbers."""


@dataclass(frozen=True)
class Page:
    """Some of the keys."""

    looked_at: int
    found: Sequence[str]
    """Those in whose name or value the number stands."""


async def pages(redis: Redis, caller: Caller) -> AsyncIterator[Page]:
    """Every key that there was all the time, once or more often."""
    cursor = b"0"
    left: Sequence[bytes] = ()
    while True:
        asked = (cursor, PAGE, ROOM, PART, caller.pattern, caller.between)
        cursor, looked_at, maybe, packed, left = await run(redis, "seek", *asked, *left)
        found = [key for key in maybe if await _tells(redis, caller, key)]
        found += [
            key for key, value in zip(packed[::2], packed[1::2], strict=True) if caller.is_in_bytes(unpack(value))
        ]
        yield Page(int(looked_at), [key.decode("utf-8", "replace") for key in dict.fromkeys(found)])
        if cursor == b"0" and not left:
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
    names = [(prefix + event_id).encode() for prefix in (keys.EVENT, keys.TRACE, keys.ANSWERS)]
    return any([await _tells(redis, caller, name) for name in names])


async def _tells(redis: Redis, caller: Caller, key: bytes) -> bool:
    """Whether the number really stands there, read in commands that are all short."""
    kind = await _ask(redis, ("TYPE", key))
    if caller.is_in_bytes(key):
        return True
    rest = _Rest(key, _PARTS[kind]) if kind in _PARTS else None
    while rest and rest.at is not None:
        if any(map(caller.is_in_bytes, rest.take(await _ask(redis, rest.command)))):
            return True
    return False


async def _ask(redis: Redis, command: Command) -> Any:
    """The reply; None from a key that became something else meanwhile."""
    (reply,) = await round_trip(redis, [command])
    if not isinstance(reply, ResponseError):
        return reply
    if str(reply).startswith("WRONGTYPE"):
        return None
    raise reply


@dataclass
class _Rest:
    """What has not been read of a key."""

    key: bytes
    verb: str
    at: int | None = 0

    @property
    def command(self) -> Command:
        """For the next part of it."""
        if self.verb == "GET":
            return (self.verb, self.key)
        at = self.at or 0
        return (self.verb, self.key, *((at, at + PART - 1) if self.verb == "LRANGE" else (at, "COUNT", PART)))

    def take(self, reply: Any) -> list[bytes]:
        """The part, and where the next one begins."""
        at, self.at = self.at or 0, None
        if reply is None:
            return []
        if self.verb in ("HSCAN", "SSCAN"):
            following, reply = reply
            self.at = int(following) or None
        elif self.verb == "LRANGE" and len(reply) == PART:
            self.at = at + PART
        return _flat(reply)


def _flat(reply: Any) -> list[bytes]:
    """Names and values in one list, in clear."""
    if isinstance(reply, dict):
        return [*reply, *(_clear(name, value) for name, value in reply.items())]
    return [reply] if isinstance(reply, bytes) else list(reply or ())


def _clear(name: bytes, value: bytes) -> bytes:
    packed = value[:1] == b"z" and (name == b"body" or name.startswith(BUNDLE.encode()))
    return unpack(value) if packed else value
