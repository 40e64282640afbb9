"""Short ways to make events and to work through the queue in tests."""

from __future__ import annotations

from typing import Any

from store.client import Store
from store.event import Call, Event, ToolCall, new_event_id
from store.events import Acceptance, Accepted
from store.queue import LEASE_MS
from store.runs import Claim

ALL_LANES = dict.fromkeys(LEASE_MS, 10)


def an_event(kind: str = "status-update", **fields: Any) -> Event:
    """An event with an id of its own."""
    defaults: dict[str, Any] = {
        "id": new_event_id(),
        "connection": "desk",
        "provider": "flireo",
        "generation": "g3",
        "kind": kind,
        "native": kind,
        "call": Call(id="call_1", from_="+31612340001", to="+31850000001"),
    }
    if kind == "tool-calls":
        defaults["tools"] = [ToolCall(id="t1", name="look_up", arguments={"x": 1})]
    return Event(**(defaults | fields))


async def accept(store: Store, event: Event, **fields: Any) -> Accepted:
    """Store an event the way the receiver does."""
    if event.waits:
        fields = {"lane": "live", "deadline_in": 4.0} | fields
    return await store.events.accept(Acceptance(event, b"{}", **fields))


async def claim_one(store: Store, worker: str = "w1") -> Claim:
    """Claim the only due job."""
    batch = await store.queue.claim(worker, ALL_LANES)
    assert len(batch.jobs) == 1
    return batch.jobs[0].claim
