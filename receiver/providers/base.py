"""What a platform must be able to do for us, and how it fails.

A provider is three pure functions over bytes and values: verify, normalise, reply. It opens no connection, reads no
clock and no setting, so it can be tested with nothing but samples.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from receiver.auth import BadSignature
from receiver.auth.signature import HmacDefaults
from receiver.raw import RawDelivery
from store.connections import AuthEntry
from store.event import Event

__all__ = ["ANSWER_KEYS", "EVENTS_ONLY", "NONE_KEPT", "Answer", "BadSignature", "Provider", "Reply"]

EVENTS_ONLY: Mapping[str, frozenset[str]] = {"": frozenset({"POST"})}
"""The doors of a platform that posts everything to one URL."""

NONE_KEPT: frozenset[str] = frozenset()
"""The headers of a platform whose bodies tell everything."""

ANSWER_KEYS: Mapping[str, frozenset[str]] = {
    "assistant-request": frozenset(
        {
            "assistant",
            "config",
            "default",
            "reject",
            "transfer",
            "override",
            "variables",
            "metadata",
            "max_duration",
        }
    ),
    "tool-calls": frozenset({"result", "error", "say"}),
    "transfer-request": frozenset({"transfer", "assistant", "error", "say"}),
    "knowledge-request": frozenset({"documents", "say"}),
    "dial-request": frozenset({"allow"}),
}
"""Every key a neutral answer may have, for each kind that waits."""


@dataclass(frozen=True)
class Answer:
    """One neutral answer, as a rule or a fallback gives it.

    `body` holds the keys of RULES: for assistant-request `assistant`, `config`, `default`, `reject`, `transfer` with
    `override`, `variables`, `metadata`, `max_duration`; for tool-calls `result`, `error`, `say`.
    """

    body: Mapping[str, Any]
    tool_id: str = ""


@dataclass(frozen=True)
class Reply:
    """What goes back to the platform: always JSON, nearly always 200."""

    body: Mapping[str, Any] = field(default_factory=dict)
    status: int = 200
    problems: tuple[str, ...] = ()
    """What the answers asked for and this dialect could not say, one sentence each; for our log alone."""


class Provider(Protocol):
    """One platform's side of the webhook. Everything is pure and total: no input makes `normalise` or `reply` raise."""

    @property
    def name(self) -> str:
        """The word connections write after `provider:`."""

    @property
    def kinds(self) -> Mapping[str, str]:
        """The platform's own event names → ours; everything it is known to send."""

    @property
    def answers(self) -> Mapping[str, Mapping[str, frozenset[str]]]:
        """Which answer keys can be expressed: our kind → generation ("" where there is one) → keys."""

    @property
    def doors(self) -> Mapping[str, frozenset[str]]:
        """The URLs of a connection that the platform posts to → the methods it uses; see `store.request.Request`."""

    @property
    def kept_headers(self) -> frozenset[str]:
        """Headers that `normalise` reads and that are kept with the event, in lower case; none that proves anything."""

    @property
    def signing(self) -> HmacDefaults:
        """How the platform signs where a connection does not say otherwise."""

    def deadline(self, event: Event) -> float | None:
        """Seconds from the first byte until the platform must have our reply; None when it does not wait."""

    def verify(self, raw: RawDelivery, auth: Sequence[AuthEntry], now: datetime) -> None:
        """Raise `BadSignature` unless one entry of `auth` that is valid at `now` proves the delivery."""

    def normalise(self, raw: RawDelivery) -> Sequence[Event]:
        """At least one event; unknown natives become `unknown`, broken bodies `unreadable`.

        A report may leave its conversation to `Event.whole`, which reads it from `raw`, the body's JSON, when asked.
        """

    def reply(self, event: Event, answers: Sequence[Answer]) -> Reply:
        """The neutral answers in this platform's dialect. For tool-calls every tool of the event must be among them."""
