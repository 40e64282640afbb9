"""Events that are over, with everything that can belong to one, as if they were some days old."""

from __future__ import annotations

from typing import Any

from store.answers import CellAnswer
from store.client import Store
from store.event import Event
from store.runs import Claim, RunId
from tests.store.builders import accept, an_event, claim_one

DAY = 86_400_000
RULE = CellAnswer("rule", {"result": "Yes."}, "tell")
FALLBACK = CellAnswer("fallback", {"result": "Later."})


async def keys_about(store: Store, event_id: str) -> set[str]:
    return {name.decode() async for name in store.redis.scan_iter(match=f"*{event_id}*")}


async def rewind(store: Store, event_id: str, days: float) -> None:
    """As if it had all happened so many days earlier."""
    milliseconds = round(days * DAY)
    await store.redis.zincrby("hs:events", -milliseconds, event_id)
    for name in ("received", "done_at"):
        if await store.redis.hexists(f"hs:event:{event_id}", name):  # type: ignore[misc]
            await store.redis.hincrby(f"hs:event:{event_id}", name, -milliseconds)  # type: ignore[misc]


async def act(store: Store, claim: Claim, run_id: RunId, version: str = "v1") -> None:
    """A rule's run as a worker leaves it: a version, a journal and what its memory gave."""
    await store.runs.keep_version(version, b"rule")
    fields = {"version": version.encode(), "step:s": b'{"state": "done"}', "step:each#1": b'{"state": "done"}'}
    await store.runs.write(claim, run_id, fields)
    await store.memory.add("call:1", "count", 1, None, f"{run_id}/s")
    await store.memory.add("call:1", "count", 1, None, f"{run_id}/each#1")


async def done(store: Store, **fields: Any) -> Event:
    """An event that is over, with everything that can belong to one."""
    event = an_event("tool-calls", **fields)
    await accept(store, event)
    claim = await claim_one(store)
    await act(store, claim, RunId(event.id, "tell", "t1"))
    await store.answers.settle(claim, event.id, "t1", RULE)
    await store.answers.collect(event.id, ["t1"], FALLBACK, close=True)
    await store.answers.mark_sent(event.id, ["t1"])
    await store.queue.finish(claim, event.id, {"rule:tell:t1": b"{}"})
    return event
