"""Fluents: event webhooks, custom external actions at a URL each, and the context endpoint.

Facts and gaps are in NOTES.md beside this file.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from receiver.auth import verify
from receiver.providers.base import NONE_KEPT, Answer, Reply
from receiver.providers.fluents.envelope import CONTEXT, TOOLS
from receiver.providers.fluents.normalise import KINDS, normalise
from receiver.providers.fluents.reply import ANSWERS, reply
from receiver.providers.fluents.signature import DEFAULTS, proving
from receiver.raw import RawDelivery
from store.connections import AuthEntry
from store.event import Event

CONTEXT_DEADLINE = 2.0
"""Seconds; how long the platform waits before it lets the agent speak is not documented, and the caller hears it."""
TOOLS_DEADLINE = 8.0
"""Seconds; the platform's ancestor waits ten."""

_POST = frozenset({"POST"})
_EITHER = frozenset({"GET", "POST"})


class Fluents:
    """The provider `fluents`."""

    name = "fluents"
    kinds: Mapping[str, str] = KINDS
    answers: Mapping[str, Mapping[str, frozenset[str]]] = ANSWERS
    doors: Mapping[str, frozenset[str]] = {"": _EITHER, TOOLS: _POST, CONTEXT: _EITHER}
    kept_headers = NONE_KEPT

    signing = DEFAULTS

    def deadline(self, event: Event) -> float | None:
        """See Provider."""
        if not event.waits:
            return None
        return TOOLS_DEADLINE if event.kind == "tool-calls" else CONTEXT_DEADLINE

    def verify(self, raw: RawDelivery, auth: Sequence[AuthEntry], now: datetime) -> None:
        """See Provider; tools and everything else prove themselves differently."""
        verify(raw, proving(raw, auth), now, DEFAULTS)

    def normalise(self, raw: RawDelivery) -> Sequence[Event]:
        """See Provider; always exactly one event."""
        return [normalise(raw)]

    def reply(self, event: Event, answers: Sequence[Answer]) -> Reply:
        """See Provider."""
        return reply(event, answers)
