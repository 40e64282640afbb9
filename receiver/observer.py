"""What the path tells those who count: one word for each thing that becomes of a delivery."""

from __future__ import annotations

from collections.abc import Sequence

from receiver.delivery import Delivery
from store.answers import CellAnswer
from store.event import Event
from store.events import Accepted


class Observer:
    """Hears nothing; whoever counts overrides what it wants to hear. Called on the path: must be quick, never raise."""

    def refused(self, connection: str, status: int) -> None:
        """A request was turned away; `connection` is whatever its URL named."""

    def stored(self, delivery: Delivery, events: Sequence[Event], accepted: Sequence[Accepted]) -> None:
        """The events of a delivery are in the store, or repeat ones that were there."""

    def spooled(self, delivery: Delivery, events: Sequence[Event]) -> None:
        """They are on this machine's disk instead."""

    def lost(self, delivery: Delivery, events: Sequence[Event]) -> None:
        """They could be stored nowhere."""

    def answered(self, delivery: Delivery, event: Event, said: Sequence[CellAnswer], *, heard: bool = True) -> None:
        """A caller's event has its answer, one for each cell; not `heard` when the platform had hung up."""
