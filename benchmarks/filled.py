"""Stores that hold events already: accepted as the receiver does it, or copied from one that is through.

A store as it is after a week, with calls, rules that acted and dead letters, is that of `benchmarks.stock`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from benchmarks.traffic import Traffic
from receiver.providers import provider_named
from receiver.raw import RawDelivery
from store import keys
from store.client import open_store
from store.event import Event, new_event_id
from store.events import Acceptance

AT_ONCE = 200
COPY = """
for number = tonumber(ARGV[2]), tonumber(ARGV[3]) do
  local id = string.format('evt_%012x%020x', ARGV[4] + number, number)
  for _, prefix in ipairs({KEYS[1], KEYS[2]}) do redis.call('COPY', prefix .. ARGV[1], prefix .. id) end
  redis.call('ZADD', KEYS[3], ARGV[4] + number, id)
  redis.call('SET', KEYS[4] .. 'bench:' .. id, id, 'PX', 259200000)
end
"""
"""Copies of an event that is through, with its trace, its place in the index and its dedup key."""
COPIED_AT_ONCE = 1_000


async def accepted(url: str, count: int, size: int = 3_500) -> list[str]:
    """Events as the receiver stores them; returns their ids."""
    store, body = open_store(url), Traffic(size=size).body("x")
    made = []
    for _ in range(count):
        event = provider_named("flireo").normalise(RawDelivery(body, connection="bench"))[0]
        event.id, event.connection, event.dedup_key = new_event_id(), "bench", None
        made.append(event)
    for group in _batches(made, AT_ONCE):
        await asyncio.gather(*(store.events.accept(Acceptance(event, body)) for event in group))
    await store.close()
    return [event.id for event in made]


def _batches(items: Sequence[Event], size: int) -> list[Sequence[Event]]:
    return [items[start : start + size] for start in range(0, len(items), size)]


def copied(redis: Any, event_id: str, count: int) -> None:
    """So many events instead of one, each with all that it has. It is the store that copies."""
    copy = redis.register_script(COPY)
    names = [keys.EVENT, keys.TRACE, keys.EVENTS, keys.DEDUP]
    for start in range(1, count, COPIED_AT_ONCE):
        copy(names, [event_id, start, min(start + COPIED_AT_ONCE, count) - 1, 1_700_000_000_000])
