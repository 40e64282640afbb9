"""Drift as an event of its own, so that a rule can tell people: `on: { event: number-drift }`."""

from __future__ import annotations

import hashlib

from rules.engine.numbers.desired import Kept
from store.event import EVENT_ID_PREFIX, Event
from store.events import Acceptance
from workers.desk import Desk

DRIFT = "number-drift"


async def tell_rules(desk: Desk, kept: Kept, present: str, wanted: str, before: str, at_ms: int) -> None:
    """Once for each drift: the same drift, noticed at the same moment, gives the same event."""
    digest = hashlib.sha256(f"{DRIFT}/{kept.id}/{present}/{at_ms}".encode()).hexdigest()
    connection = desk.connections.get(kept.connection)
    data = {"number": kept.number, "agent": present, "wanted": wanted, "before": before, "mends": kept.drift == "mend"}
    event = Event(
        id=f"{EVENT_ID_PREFIX}{at_ms:012x}{digest[:20]}", kind="emitted", native="emitted", name=DRIFT,
        connection=kept.connection, provider=connection.provider if connection else "",
        data=data,
    )  # fmt: skip
    await desk.store.events.accept(Acceptance(event, b"{}"))
