"""What was seen of one bad day: what was sent and heard, what is stored, what happened at the far side. Plain data."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from tests.chaos.traffic import Delivery

IN_THE_DOOR = 0.3
"""Seconds a connection may stand in the listener's queue before the receiver knows of it."""

Said = Literal["acknowledged", "rule", "meanwhile", "fallback", "malformed", "refused", "none"]


@dataclass(frozen=True)
class Heard:
    """What one copy of a delivery got for an answer."""

    receiver: str
    began: float
    """Seconds from the first delivery."""
    seconds: float
    """As the sender's own clock says."""
    stalled: float
    """How much of that the sender itself stood still, or the machine under it."""
    said: Said
    status: int = 0
    event_id: str = ""
    stored: bool = True
    """False when the reply says that nothing was stored."""
    problem: str = ""

    @property
    def took(self) -> float:
        """Seconds that can be blamed on the other side."""
        return max(0.0, self.seconds - self.stalled)

    @property
    def until(self) -> float:
        return self.began + self.seconds

    @property
    def is_acknowledged(self) -> bool:
        """Whether the platform was told that we have it."""
        return 200 <= self.status < 300 and self.stored


@dataclass
class Sent:
    """One delivery with everything that was heard about it, however often it was sent."""

    delivery: Delivery
    heard: list[Heard] = field(default_factory=list)

    @property
    def acknowledged(self) -> list[Heard]:
        return [heard for heard in self.heard if heard.is_acknowledged]


@dataclass(frozen=True)
class Attempt:
    """One try of a step as the journal has it."""

    status: int = 0
    """The HTTP status of its answer; 0 when no answer is on record."""

    @property
    def may_have_happened(self) -> bool:
        return self.status == 0

    @property
    def happened(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True)
class Step:
    """One step's journal. The key of an item of a for_each ends with `#` and its number."""

    key: str
    state: str
    attempts: tuple[Attempt, ...] = ()


@dataclass(frozen=True)
class Run:
    """What became of one rule for one event."""

    rule: str
    outcome: str
    steps: Mapping[str, Step] = field(default_factory=dict)
    letter: str | None = None
    """The reason of its dead letter; None when there is none."""
    late: str = ""
    """What was done with an answer that was late; empty when none was, or nothing is on record."""


@dataclass(frozen=True)
class Stored:
    """One event as the store has it."""

    event_id: str
    marker: str
    kind: str
    generation: str
    status: str
    runs: Mapping[str, Run] = field(default_factory=dict)
    pending: int = 0
    """How much of its work the store counts as unfinished."""
    late_cells: int = 0
    """Cells whose rule had its answer ready too late, or whose answer never left."""
    said: frozenset[str] = frozenset()
    """Who has spoken in its cells: rule, meanwhile or fallback."""


@dataclass(frozen=True)
class Effect:
    """Something that happened at the far side."""

    marker: str
    event_id: str
    step: str
    key: str
    """Its Idempotency-Key."""


@dataclass(frozen=True)
class Outage:
    """A time in which a receiver could not possibly answer: it was dead, starting, or frozen."""

    target: str
    began: float
    until: float
    is_polite: bool = False
    """Whether it was told to stop, and so answers those first who had asked before."""

    def excuses(self, heard: Heard) -> bool:
        """Whether the receiver could not answer this during some of the time."""
        if heard.receiver != self.target:
            return False
        touched = heard.began + IN_THE_DOOR if self.is_polite else heard.until
        return self.began <= touched and heard.began <= self.until


@dataclass
class Ledger:
    """Everything, for the judge."""

    sent: list[Sent] = field(default_factory=list)
    stored: list[Stored] = field(default_factory=list)
    effects: list[Effect] = field(default_factory=list)
    outages: list[Outage] = field(default_factory=list)
    counted: Mapping[str, float] = field(default_factory=dict)
    """Marker → what the rules' memory says."""
    letters: Mapping[str, str] = field(default_factory=dict)
    """Dead letter → its reason."""
    left: Mapping[str, int] = field(default_factory=dict)
    """What is still in queues, open or spooled, by its place."""
    deaths: list[str] = field(default_factory=list)
    """Processes that ended by themselves."""
    complaints: Mapping[str, int] = field(default_factory=dict)
    """What was written into logs and is none of what these faults explain, and how often."""
    worst_stall: float = 0.0

    def stored_by_marker(self) -> Mapping[str, list[Stored]]:
        """The platforms' events, by caller."""
        found: defaultdict[str, list[Stored]] = defaultdict(list)
        for event in self.stored:
            if event.kind != "emitted":
                found[event.marker].append(event)
        return found

    def effects_by_step(self) -> Mapping[tuple[str, str], list[Effect]]:
        """Effects by event and step."""
        found: defaultdict[tuple[str, str], list[Effect]] = defaultdict(list)
        for effect in self.effects:
            found[effect.event_id, effect.step].append(effect)
        return found
