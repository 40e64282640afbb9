"""How platforms are asked for their calls: as work that nobody waits for, with time and patience, recorded or not."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from store.connections import Connection
from store.event import Event
from workers.actions.base import ActionContext, Exchange, Limiter
from workers.actions.ports.table import port
from workers.clients.exchange import Deadline
from workers.desk import Desk
from workers.reconcile.lists import list_of
from workers.reconcile.lists.base import CallList
from workers.toolbox import EventEmitter, EventMemory

EACH = 20.0
"""Seconds that one request may take."""
PATIENCE = 180.0
"""Seconds that a comparison waits for a place in a platform's limit: longer than a minute's places take."""


class EachTime(Deadline):
    """The same time for each request, however many there are."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self._each = seconds

    def left(self) -> float:
        return self._each


@dataclass(frozen=True)
class PatientLimiter:
    """Waits in place, where coming back later would mean to begin again."""

    limiter: Limiter
    patience: float = PATIENCE

    async def wait_for(self, key: str, limit: int, window: float, who: str = "") -> float:
        """0.0 once a place is taken; else, when patience is at an end, the seconds until one is free."""
        left = self.patience
        while (wait := await self.limiter.wait_for(key, limit, window, who)) > 0:
            if wait > left:
                return wait
            left -= wait
            await asyncio.sleep(wait)
        return 0.0

    async def rest(self, key: str, seconds: float) -> None:
        await self.limiter.rest(key, seconds)


class Unrecorded(ActionContext):
    """Keeps nothing of what is asked: a comparison may ask for hundreds of calls, and its report tells what came of it.

    Since nothing is kept, each request stands in line anew, after those that callers wait for.
    """

    def record(self, sent: Any, got: Any = None) -> Exchange:
        self.leaving()
        return Exchange(sent, got)


def context_of(
    desk: Desk, connection: Connection, event: Event, operation: str, leaving: Callable[[], None], *, patient: bool
) -> ActionContext:
    """What a client of the connection's API needs; `patient` for a comparison."""
    kind = Unrecorded if patient else ActionContext
    return kind(
        event=event,
        operation=operation,
        timeout=EACH,
        http=desk.clients.open,
        limiter=PatientLimiter(desk.store.rates) if patient else desk.store.rates,
        memory=EventMemory(desk.store.memory, event),
        emitter=EventEmitter(desk.store, event, ""),
        connection=connection,
        generation=event.generation,
        api_http=desk.clients.of(connection),
        leaving=leaving,
    )


def call_list(context: ActionContext) -> CallList:
    """The platform's list of calls; raises Unsupported where it has none, and Invalid where it cannot be asked."""
    provider = context.connection.provider if context.connection else ""
    kind = list_of(provider, context.generation)
    session = port(context).session()
    return kind(replace(session, deadline=EachTime(EACH)), context.generation)
