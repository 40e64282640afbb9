"""Removing what is kept about one caller, one event with all that belongs to it at a time."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal

import orjson
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from store import keys
from store.caller import Caller
from store.calls import call_name, thread_of
from store.event import EVENT_ID_PREFIX, Event
from store.scripting import run

Standing = Literal["gone", "over", "parked", "waiting", "working"]
How = Literal["look", "over", "all"]

_EVENT_KEYS = (keys.EVENT, keys.TRACE, keys.ANSWERS, keys.RUN, keys.MEMORY_DONE, keys.DEAD_LETTER, keys.JOB)
_JOB_WORDS = (keys.RUN_JOB_PREFIX, keys.LATE_JOB_PREFIX, keys.COMPLETE_JOB_PREFIX)
_WHOLE = {
    keys.DEDUP: "dedup_keys", keys.ALIAS: "aliases", keys.HOLD: "holds", keys.COMPLETING: "holds",
    keys.RECONCILE: "comparisons", keys.CALL: "calls", keys.MEMORY_DONE: "memory_results",
}  # fmt: skip
"""Keys that go as a whole where the number stands in them → what they are counted as."""


@dataclass(frozen=True)
class About:
    """What has to be known of an event before it can go."""

    id: str
    connection: str
    calls: frozenset[str]
    """What its call goes by, and the conversation that is part of."""
    dedup: str
    written: frozenset[str]
    """The caller's number as the platform wrote it, where they have part in its call."""
    called_by: str
    """Who called the number, where it is the one that was called; empty where it is not."""

    @property
    def is_theirs(self) -> bool:
        """Whether the caller had part in its call; else the number is only mentioned."""
        return bool(self.written)


@dataclass(frozen=True)
class Removed:
    """What went with one event."""

    standing: Standing
    events: int
    runs: int
    dead_letters: int
    jobs: int
    traces: int
    answers: int
    dedup_keys: int

    @property
    def counts(self) -> dict[str, int]:
        """By what it is."""
        return {name: count for name, count in self.__dict__.items() if isinstance(count, int)}


def event_of(key: str) -> str:
    """The event that a key belongs to; empty for a key of nothing else."""
    for prefix in _EVENT_KEYS:
        if key.startswith(prefix):
            work = key[len(prefix) :]
            for word in _JOB_WORDS:
                work = work.removeprefix(word)
            event_id = work.partition("/")[0]
            return event_id if event_id.startswith(EVENT_ID_PREFIX) or prefix == keys.EVENT else ""
    return ""


class Forgetting:
    """Takes out of the store what a caller wants forgotten."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def about(self, caller: Caller, event_id: str) -> About | None:
        """An event as far as its removal goes; None when it is gone."""
        kept = await self._redis.hget(keys.EVENT + event_id, "event")  # type: ignore[misc]
        if kept is None:
            return None
        event = Event.model_validate_json(kept)
        names = (call_name(event.connection, name) for name in (event.call.id, thread_of(event)))
        dedup = f"{event.connection}:{event.dedup_key}" if event.dedup_key else ""
        inbound = event.call.direction != "outbound" and caller.is_in(event.call.to)
        written = frozenset(number for number in (event.call.from_, event.call.to) if caller.is_in(number))
        called_by = (event.call.from_ or "unknown") if inbound else ""
        return About(event_id, event.connection, frozenset(name for name in names if name), dedup, written, called_by)

    async def event(self, about: About, how: How) -> Removed:
        """Remove it, or with `look` only say how it stands; asking again changes nothing."""
        standing, *counts = await run(self._redis, "forget", about.id, how, about.dedup)
        return Removed(standing.decode(), *map(int, counts))

    async def memory(self, caller: Caller, key: str) -> int:
        """A memory of the caller's goes whole, of another's only what names the number; how many keys of it."""
        if caller.is_in(key):
            count = int(await self._redis.hlen(key))  # type: ignore[misc]
            await self._redis.delete(key)
            return count
        fields: dict[bytes, bytes] = await self._redis.hgetall(key)  # type: ignore[misc]
        telling = [name for name, value in fields.items() if caller.is_in(_text(name)) or caller.is_in(_text(value))]
        return int(await self._redis.hdel(key, *telling)) if telling else 0  # type: ignore[misc, arg-type]

    async def memory_of_call(self, name: str) -> int:
        """What rules remember of a call, and the guard of its completion; how many keys of its memory."""
        key = f"{keys.MEMORY}call:{name}"
        count = int(await self._redis.hlen(key))  # type: ignore[misc]
        await self._redis.delete(key, keys.COMPLETING + name)
        return count

    async def aliases(self, events: Collection[str]) -> int:
        """Ids of repetitions that lead to these events; how many."""
        gone = 0
        async for key in self._redis.scan_iter(match=f"{keys.ALIAS}*", count=1000):
            first = await self._redis.get(key)
            if first is not None and (first.decode() in events or key.decode().removeprefix(keys.ALIAS) in events):
                gone += int(await self._redis.delete(key))
        return gone

    async def reveals(self, caller: Caller, events: Collection[str], calls: Collection[str]) -> int:
        """What people who are logged in asked to see of these; how many."""
        things, gone = {*events, *(f"call:{name}" for name in calls)}, 0
        async for key in self._redis.scan_iter(match=f"{keys.SESSION}*", count=1000):
            stored = await self._redis.get(key)
            if stored is None:
                continue
            fields = orjson.loads(stored)
            left = [thing for thing in fields["revealed"] if thing not in things and not caller.is_in(thing)]
            if len(left) < len(fields["revealed"]):
                gone += len(fields["revealed"]) - len(left)
                await self._redis.set(key, orjson.dumps(fields | {"revealed": left}), keepttl=True)
        return gone

    async def other(self, caller: Caller, key: str) -> dict[str, int]:
        """A key that is no event's; what went, by what it is. Empty where it has to stay."""
        if key.startswith(keys.MEMORY):
            return {"memory": await self.memory(caller, key)}
        for prefix, name in _WHOLE.items():
            if key.startswith(prefix):
                return {name: int(await self._redis.delete(key))}
        return {"rest": int(await self._redis.delete(key))} if event_of(key) else {}

    async def rewrite(self) -> dict[str, str]:
        """Have the store's own files written anew, so that what was removed leaves the disk too; what came of it."""
        told: dict[str, str] = {}
        about: dict[str, Any] = await self._redis.info("persistence")
        if about.get("aof_enabled"):
            told["append_file"] = await self._ask("BGREWRITEAOF")
        if about.get("rdb_last_save_time") and await self._saves():
            told["snapshot"] = await self._ask("BGSAVE", "SCHEDULE")
        return told

    async def rewriting(self) -> bool:
        """Whether the store is at it."""
        about: dict[str, Any] = await self._redis.info("persistence")
        busy = ("aof_rewrite_in_progress", "aof_rewrite_scheduled", "rdb_bgsave_in_progress")
        return any(int(about.get(name, 0)) for name in busy)

    async def slow_log(self, caller: Caller) -> str:
        """Commands that the server noted for being slow carry what they were given."""
        try:
            noted = await self._redis.execute_command("SLOWLOG", "GET", -1)  # type: ignore[no-untyped-call]
            if not caller.is_in(repr(noted)) and caller.pattern not in repr(noted):
                return "does not name the number"
            await self._redis.execute_command("SLOWLOG", "RESET")  # type: ignore[no-untyped-call]
        except ResponseError as error:
            return f"not allowed: {error}"
        return "emptied"

    async def replicas(self) -> int:
        """How many other servers hold a copy."""
        about: dict[str, Any] = await self._redis.info("replication")
        return int(about.get("connected_slaves", 0))

    async def _saves(self) -> bool:
        try:
            return bool((await self._redis.config_get("save")).get("save"))
        except ResponseError:
            return True

    async def _ask(self, *command: str) -> str:
        try:
            await self._redis.execute_command(*command)  # type: ignore[no-untyped-call]
        except ResponseError as error:
            return "begun" if "in progress" in str(error) else f"not allowed: {error}"
        return "begun"


def _text(value: bytes) -> str:
    return value.decode("utf-8", "replace")
