"""Flireo AI, later HMS Sovereign, later VoiceDock: three generations of the same four events.

Facts and gaps are in NOTES.md beside this file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from receiver.auth import verify
from receiver.providers.base import EVENTS_ONLY, NONE_KEPT, Answer, Reply
from receiver.providers.flireo.normalise import KINDS, normalise
from receiver.providers.flireo.reply import ANSWERS, reply
from receiver.providers.flireo.signature import DEFAULTS
from receiver.raw import RawDelivery
from store.connections import AuthEntry
from store.event import Event

ASSISTANT_DEADLINE = 4.0
TOOLS_DEADLINE = 8.0
"""Seconds; the platform itself waits one (generation one and every assistant-request) or two seconds longer."""


class Flireo:
    """The provider `flireo`."""

    name = "flireo"
    kinds: Mapping[str, str] = KINDS
    answers: Mapping[str, Mapping[str, frozenset[str]]] = ANSWERS
    doors = EVENTS_ONLY
    kept_headers = NONE_KEPT

    signing = DEFAULTS

    def deadline(self, event: Event) -> float | None:
        """See Provider."""
        if not event.waits:
            return None
        unhurried = event.kind == "tool-calls" and event.generation in ("g2", "g3")
        return TOOLS_DEADLINE if unhurried else ASSISTANT_DEADLINE

    def verify(self, raw: RawDelivery, auth: Sequence[AuthEntry], now: datetime) -> None:
        """See Provider."""
        verify(raw, auth, now, DEFAULTS)

    def normalise(self, raw: RawDelivery) -> Sequence[Event]:
        """See Provider; always exactly one event."""
        return [normalise(raw)]

    def reply(self, event: Event, answers: Sequence[Answer]) -> Reply:
        """See Provider."""
        return reply(event, answers)
