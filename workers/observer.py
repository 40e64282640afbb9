"""What a worker tells those who count: one word for each thing that becomes of jobs, events, rules and actions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from store.runs import Claim

if TYPE_CHECKING:
    from workers.desk import Work
    from workers.tracing import TraceRecord


class Observer:
    """Hears nothing; whoever counts overrides what it wants to hear. Called between events: quick, and never raises."""

    def claimed(self, claim: Claim) -> None:
        """A job was taken up."""

    def ended(self, claim: Claim, how: str) -> None:
        """It is over, or somebody else's: done, lost, returned, failed (to be tried again) or dead."""

    def handled(self, work: Work, records: Sequence[TraceRecord]) -> None:
        """An event, or a run of its own, is worked off and written down; what became of each rule."""

    def gave_up(self, rule: str) -> None:
        """A run became a dead letter."""

    def tried(self, work: Work, action: str, outcome: str, seconds: float, *, first: bool) -> None:
        """One attempt of a step has ended, `first` or a later one: done, or the kind of its error."""

    def stepped(self, action: str, state: str) -> None:
        """A step is over: done, failed or skipped."""

    def late(self, outcome: str) -> None:
        """What became of an answer that missed its deadline: done, failed, skipped or dropped."""

    def called(self, connection: str, provider: str, status: int | None, seconds: float) -> None:
        """An HTTP request ended, to the API of a connection or (without one) elsewhere; None: without an answer."""
