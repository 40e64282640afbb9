"""What is paused, as this process knows it: one read a second, and the last known state while the store is away."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from store import pauses as stored
from store.pauses import Pause, covering
from workers.looking import look_for_ever
from workers.stepping import Parked

logger = logging.getLogger(__name__)

EVERY = 0.8
"""Seconds between looks: a pause is in force on every worker within a second."""
PAUSED = "paused"
"""The outcome of a rule that a pause has stopped."""


@dataclass
class Pauses:
    """What is paused at this moment."""

    known: Mapping[str, Pause] = field(default_factory=dict)

    def covers(self, rule: str, connection: str) -> Pause | None:
        """The pause that stops this rule for events of this connection, or None."""
        return covering(self.known, rule, connection) if self.known else None

    async def look(self, store: stored.Pauses) -> None:
        """Take over what the store says, and tell what is new."""
        fresh = await store.all()
        for scope in fresh.keys() - self.known.keys():
            logger.warning("paused", extra={"scope": scope, "by": fresh[scope].by, "why": fresh[scope].why})
        for scope in self.known.keys() - fresh.keys():
            logger.warning("resumed", extra={"scope": scope})
        self.known = fresh


async def follow(pauses: Pauses, store: stored.Pauses) -> None:
    """Keep up until cancelled. What is paused stays so while the store is away."""
    await look_for_ever(lambda: pauses.look(store), EVERY, "pauses")


class PausedError(Parked):
    """A pause stops the run, before its first step or between two."""

    def __init__(self, pause: Pause) -> None:
        super().__init__(0.0, f"paused: {pause.scope}")
        self.pause = pause
        self.record: dict[str, Any] = {}
        """What the trace says of the run, once it has been put aside."""


def told(pause: Pause) -> dict[str, Any]:
    """A pause as traces tell it."""
    return {"scope": pause.scope, "by": pause.by, "why": pause.why, "since_ms": pause.since_ms}
