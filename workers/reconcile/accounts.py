"""Connections that share an account at their platform share its list of calls; and from when on they are compared."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from store.connections import Connection

USUAL_SPAN = timedelta(hours=24)
"""How far back is looked unless somebody says otherwise."""
SURE = timedelta(hours=72)
"""For so long a report is known for the same one, whatever became of its event."""


@dataclass(frozen=True)
class Account:
    """One account, and the connections on which its events come in, in the order of their file."""

    connections: tuple[Connection, ...]

    @property
    def provider(self) -> str:
        return self.connections[0].provider

    def names(self) -> list[str]:
        return [each.name for each in self.connections]


def accounts(connections: Iterable[Connection]) -> list[Account]:
    """The accounts behind connections on which events come in. One without a key is an account by itself."""
    found: dict[tuple[str, ...], list[Connection]] = {}
    for each in connections:
        if each.auth:
            found.setdefault(_place(each), []).append(each)
    return [Account(tuple(held)) for held in found.values()]


def _place(connection: Connection) -> tuple[str, ...]:
    api = connection.api
    if api is None or not connection.on or not api.key:
        return (connection.name,)
    generation = "g1" if connection.generation == "g1" else ""
    return (connection.provider, generation, api.base_url.rstrip("/"), api.key)


def belongs_to(account: Account, heard_on: Sequence[str]) -> str:
    """The connection that a call is one of: where something of it was heard, else the account's first."""
    names = account.names()
    return next((name for name in names if name in heard_on), names[0])


@dataclass(frozen=True)
class Reach:
    """How far back can be told what is missing from what is forgotten."""

    now: datetime
    keep: float
    """Seconds that events are kept once they are done; 0 for ever."""
    oldest: datetime | None
    """When the oldest event came in that is still there."""

    def cut(self, since: datetime) -> datetime:
        """`since`, or the first moment from which on nothing is taken for missing that was only forgotten."""
        sure = self.now - SURE
        if since >= sure:
            return since
        kept = self.now - timedelta(seconds=self.keep) if self.keep else since
        return min(sure, max(since, kept, self.oldest or sure))
