"""One delivery on its way through the receiver."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from receiver.providers.base import Answer, Provider, Reply
from receiver.raw import RawDelivery
from store.answers import CellAnswer
from store.connections import Connection
from store.event import Event

SHORTEST_DEADLINE = 4.0
"""Seconds for a kind that waits where neither the connection nor the platform's own page names a time."""


@dataclass(slots=True)
class Delivery:
    """What came, on which connection, from which platform, and when."""

    connection: Connection
    provider: Provider
    raw: RawDelivery
    began: float
    """Event loop time of the first byte; every deadline counts from here."""
    stages: dict[str, float] = field(init=False)
    """Stage → Unix time in milliseconds at which it was behind us."""

    def __post_init__(self) -> None:
        self.stages = {"received": self.raw.received_at.timestamp() * 1000}

    def passed(self, stage: str) -> None:
        """Note that a stage is behind us."""
        self.stages[stage] = time.time() * 1000

    def deadline(self, event: Event) -> float:
        """Event loop time at which the platform must have its answer: the connection's own, else the platform's."""
        seconds = self.connection.deadlines.get(event.kind) or self.provider.deadline(event)
        return self.began + (seconds or SHORTEST_DEADLINE)

    def fallback(self, event: Event) -> CellAnswer:
        """What is said when nobody answers."""
        return CellAnswer("fallback", self.connection.fallback_for(event.kind))

    def reply(self, event: Event, said: Sequence[CellAnswer]) -> Reply:
        """What was said in each cell, in the platform's dialect."""
        answers = [Answer(answer.body, cell) for cell, answer in zip(cells_of(event), said, strict=True)]
        return self.provider.reply(event, answers)


def cells_of(event: Event) -> list[str]:
    """The places for answers: one for each tool, or a single unnamed one where there are no tools."""
    return [tool.id for tool in event.tools] or [""]
