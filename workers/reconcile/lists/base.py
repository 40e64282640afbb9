"""What is asked of each platform: its calls of a stretch of time, and one of them whole."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from workers.clients.base import Session
from workers.reconcile.record import CallRecord


@dataclass(frozen=True)
class Found:
    """The calls of a stretch of time."""

    records: list[CallRecord]
    complete: bool
    """False when the platform's list was longer than is read."""


class CallList(ABC):
    """One platform's own list of calls."""

    expects: ClassVar[frozenset[str]]
    """The kinds of events that every answered call brings, if the platform was told to send them."""
    completes: ClassVar[frozenset[str]] = frozenset()
    """The kinds after which a call is fetched, since the platform sends no report."""
    grows: ClassVar[bool] = False
    """Whether what is listed may go on after it was over: a conversation does, with the next call."""

    def __init__(self, session: Session, generation: str) -> None:
        self._session = session
        self._generation = generation

    @abstractmethod
    async def calls_between(self, begin: datetime, end: datetime) -> Found:
        """The calls made in that time; of conversations, those that went on in it. Raises ApiError."""

    @abstractmethod
    async def call(self, call_id: str) -> CallRecord:
        """One call with everything that is known of it; raises ApiError."""


def made_between(records: Iterable[CallRecord], begin: datetime, end: datetime) -> list[CallRecord]:
    """The records of calls made in that time; one that tells no time at all is none of them."""
    return [each for each in records if each.id and (at := each.began or each.ended) and begin <= at <= end]
