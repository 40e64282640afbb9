"""OpenCX: webhooks at one URL, an HTTP request for each action of an agent, and what it gathered in a call.

Facts and gaps are in NOTES.md beside this file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from receiver.auth import HmacDefaults, verify
from receiver.providers.base import Answer, Reply
from receiver.providers.opencx.calls import HINTS
from receiver.providers.opencx.normalise import normalise
from receiver.providers.opencx.reply import ANSWERS, reply
from receiver.providers.opencx.words import KINDS
from receiver.raw import RawDelivery
from store.connections import AuthEntry
from store.event import Event

ACTION_DEADLINE = 8.0
"""Seconds; the platform waits sixty, but so does the caller. A connection's `deadlines` may say more."""


class OpenCX:
    """The provider `opencx`."""

    name = "opencx"
    kinds: Mapping[str, str] = KINDS
    answers: Mapping[str, Mapping[str, frozenset[str]]] = ANSWERS
    doors: Mapping[str, frozenset[str]] = {
        "": frozenset({"POST"}),
        "tools": frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"}),
        "data": frozenset({"GET", "POST", "PUT", "PATCH"}),
    }
    kept_headers = frozenset(HINTS)

    signing = HmacDefaults()
    """Its webhooks are signed in the manner of Svix, which is scheme `standard`."""

    def deadline(self, event: Event) -> float | None:
        """See Provider."""
        return ACTION_DEADLINE if event.waits else None

    def verify(self, raw: RawDelivery, auth: Sequence[AuthEntry], now: datetime) -> None:
        """See Provider."""
        verify(raw, auth, now, self.signing)

    def normalise(self, raw: RawDelivery) -> Sequence[Event]:
        """See Provider; several events where `data` is a list."""
        return normalise(raw)

    def reply(self, event: Event, answers: Sequence[Answer]) -> Reply:
        """See Provider."""
        return reply(event, answers)
