"""Vapi: server messages, one URL for all of them.

Facts and gaps are in NOTES.md beside this file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from receiver.auth import verify
from receiver.providers.base import EVENTS_ONLY, NONE_KEPT, Answer, Reply
from receiver.providers.payload import mapping
from receiver.providers.vapi.normalise import KINDS, normalise
from receiver.providers.vapi.reply import ANSWERS, reply
from receiver.providers.vapi.signature import DEFAULTS
from receiver.providers.vapi.tools import timeout
from receiver.raw import RawDelivery
from store.connections import AuthEntry
from store.event import Event

ASSISTANT_DEADLINE = 6.0
"""Seconds; the platform waits 7.5, its own way to us included, whatever is configured."""
KNOWLEDGE_DEADLINE = 8.0
"""Seconds; the platform waits ten."""
LONGEST_DEADLINE = 30.0
"""Seconds; a server may be told to wait five minutes, but no caller does. A connection's `deadlines` may say more."""
MARGIN = 2.0
"""Seconds kept for the way back, or a third of the whole where that is less."""


class Vapi:
    """The provider `vapi`."""

    name = "vapi"
    kinds: Mapping[str, str] = KINDS
    answers: Mapping[str, Mapping[str, frozenset[str]]] = ANSWERS
    doors = EVENTS_ONLY
    kept_headers = NONE_KEPT

    signing = DEFAULTS

    def deadline(self, event: Event) -> float | None:
        """See Provider."""
        if not event.waits:
            return None
        if event.kind == "assistant-request":
            return ASSISTANT_DEADLINE
        if event.kind == "knowledge-request":
            return KNOWLEDGE_DEADLINE
        stated = timeout(mapping(event.raw.get("message")))
        return min(max(stated - MARGIN, stated * 2 / 3), LONGEST_DEADLINE)

    def verify(self, raw: RawDelivery, auth: Sequence[AuthEntry], now: datetime) -> None:
        """See Provider."""
        verify(raw, auth, now, DEFAULTS)

    def normalise(self, raw: RawDelivery) -> Sequence[Event]:
        """See Provider; always exactly one event."""
        return [normalise(raw)]

    def reply(self, event: Event, answers: Sequence[Answer]) -> Reply:
        """See Provider."""
        return reply(event, answers)
