"""What a comparison found on one connection, as it is told, kept and shown."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from workers.reconcile.record import CallRecord

LISTED = 200
"""Missing calls that are named; more are counted."""


@dataclass
class Outcome:
    """One connection's."""

    connection: str
    provider: str
    since: datetime | None = None
    until: datetime | None = None
    why: str = ""
    """Why the platform could not be asked, or not to the end; empty when it was."""
    complete: bool = True
    """False when the platform's list was longer than is read."""
    known: int = 0
    """Calls that the platform knows."""
    whole: int = 0
    missing: int = 0
    recovered: int = 0
    in_progress: int = 0
    came_twice: int = 0
    """Calls that were recovered, and whose own report came later and could not be told from another one."""
    undelivered: Counter[str] = field(default_factory=Counter)
    """Kind → of how many calls no such event was received."""
    usual: frozenset[str] = frozenset()
    """The kinds that were ever received of a call here."""
    calls: list[dict[str, Any]] = field(default_factory=list)
    """The missing ones."""

    @property
    def still_missing(self) -> int:
        return self.missing - self.recovered

    def note_missing(self, record: CallRecord, kinds: frozenset[str], event_id: str, why: str) -> None:
        """One call whose report was never received; `event_id` is that of its recovered one."""
        self.missing += 1
        self.recovered += bool(event_id)
        if len(self.calls) < LISTED:
            ended = record.ended.isoformat() if record.ended else None
            told = {"call": record.id, "ended_at": ended, "not_received": sorted(kinds), "event": event_id}
            self.calls.append(told | ({"why": why} if why else {}))

    def record(self) -> dict[str, Any]:
        """As JSON; moments are ISO 8601."""
        return {
            "connection": self.connection,
            "provider": self.provider,
            "since": self.since.isoformat() if self.since else None,
            "until": self.until.isoformat() if self.until else None,
            "asked": not self.why,
            "why": self.why,
            "complete": self.complete,
            "known": self.known,
            "whole": self.whole,
            "missing": self.missing,
            "recovered": self.recovered,
            "still_missing": self.still_missing,
            "in_progress": self.in_progress,
            "came_twice": self.came_twice,
            "not_received": dict(sorted(self.undelivered.items())),
            "usual": sorted(self.usual),
            "calls": self.calls,
        }
