"""A provider whose connections say themselves how its events are read: the machine behind `generic` and `standard`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from receiver.auth import HmacDefaults, verify
from receiver.providers.base import Answer, Reply
from receiver.providers.mapping.events import TOOLS_DOOR, events_of
from receiver.providers.mapping.plan import WAITING, BadMapping, Misplaced, Plan, plan_of
from receiver.providers.mapping.replies import reply_of
from receiver.raw import RawDelivery
from store.connections import AuthEntry, Connection
from store.event import KINDS, Event

DEADLINE = 4.0
"""Seconds: what the most impatient platform we know allows. A connection's `deadlines` may say more."""

_PROOF = frozenset({"authorization", "cookie", "proxy-authorization", "webhook-signature", "svix-signature"})
"""Headers that are never kept, whatever a mapping looks at."""


def mapped(name: str, doors: Mapping[str, frozenset[str]], usual: Mapping[str, Any]) -> Mapped:
    """A provider whose connections need no mapping of their own; theirs is laid over `usual`, key by key."""
    return Mapped(name, doors, usual, _plan(usual))


@dataclass(frozen=True)
class Mapped:
    """A provider with the plan of one connection, or with none yet."""

    name: str
    doors: Mapping[str, frozenset[str]]
    usual: Mapping[str, Any]
    plan: Plan
    secret_headers: frozenset[str] = _PROOF
    signing = HmacDefaults()

    def for_connection(self, connection: Connection) -> Mapped:
        """The same provider with this connection's mapping; raises BadMapping."""
        plan = _plan({**self.usual, **_written(connection)})
        proofs = _PROOF | {entry.header.lower() for entry in connection.auth if entry.header}
        return Mapped(self.name, self.doors, self.usual, plan, proofs)

    @property
    def kinds(self) -> Mapping[str, str]:
        """See Provider; empty where the kind is reckoned."""
        by_door = {TOOLS_DOOR: "tool-calls"} if TOOLS_DOOR in self.doors else {}
        return {} if self.plan.kind is not None else {**by_door, **self.plan.kinds}

    @property
    def sends(self) -> frozenset[str] | None:
        """The kinds that can come; None where the kind is reckoned."""
        return None if self.plan.kind is not None else frozenset(self.kinds.values())

    @property
    def answers(self) -> Mapping[str, Mapping[str, frozenset[str]]]:
        """See Provider: what the replies have a place for."""
        waiting = WAITING if self.sends is None else WAITING & self.sends
        return {kind: {"": self.plan.told(kind)} for kind in sorted(waiting)}

    @property
    def kept_headers(self) -> frozenset[str]:
        """See Provider."""
        return self.plan.headers - self.secret_headers

    def deadline(self, event: Event) -> float | None:
        """See Provider."""
        return DEADLINE if KINDS[event.kind].waits else None

    def verify(self, raw: RawDelivery, auth: Sequence[AuthEntry], now: datetime) -> None:
        """See Provider."""
        verify(raw, auth, now, self.signing)

    def normalise(self, raw: RawDelivery) -> Sequence[Event]:
        """See Provider."""
        return events_of(raw, self.plan, self.name)

    def reply(self, event: Event, answers: Sequence[Answer]) -> Reply:
        """See Provider."""
        return reply_of(event, answers, self.plan)


def _plan(written: Mapping[str, Any]) -> Plan:
    try:
        return plan_of(orjson.dumps(dict(written), option=orjson.OPT_NON_STR_KEYS).decode())
    except TypeError as error:
        raise BadMapping([Misplaced((), 0, "it holds something that is no text, number, map or list")]) from error


def _written(connection: Connection) -> dict[str, Any]:
    written = connection.mapping
    if written is not None and not isinstance(written, dict):
        raise BadMapping([Misplaced((), 0, "a map is needed here")])
    return written or {}
