"""The platforms' accounts as the keeper of numbers needs them: who answers a number, and pointing it to somebody else.

All of it is work that nobody waits for, so callers' requests go first.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import TypeVar

from store.event import Event
from workers.actions.base import ActionContext
from workers.actions.neutral import Number
from workers.actions.ports.base import Port, e164
from workers.actions.ports.table import port
from workers.clients.errors import Invalid, NotFound, RateLimited
from workers.desk import Desk
from workers.toolbox import EventEmitter, EventMemory

TIMEOUT = 20.0
"""Seconds for one thing asked of a platform."""
PATIENCE = 180.0
"""Seconds that a full limit is waited for at the most."""
REST = 5.0
"""Seconds to wait when nobody says how long."""

NAME = "numbers"
"""What the keeper is called where rules have their names, such as in pauses."""

T = TypeVar("T")


@dataclass(frozen=True)
class Present:
    """A number and who answers it at the moment."""

    number: Number
    told: bool = True
    """False when the platform does not tell who answers this number."""

    @property
    def agent(self) -> str:
        """The id of who answers it; empty when nobody does."""
        return self.number.agent


@dataclass
class Accounts:
    """The accounts behind the connections. `ensure` raises when this worker keeps numbers no more."""

    desk: Desk
    ensure: Callable[[], None]

    async def all(self, connection: str, numbers: Collection[str]) -> dict[str, Present]:
        """Who answers these numbers; those the account does not have are left out. Raises ApiError."""
        listing = await self._patiently(lambda: self._port(connection, "list").number_list())
        found = {e164(each.number): Present(each) for each in listing.numbers if each.number}
        for number in numbers:
            if number not in found and (present := await self.one(connection, number)):
                found[number] = present
        return found

    async def one(self, connection: str, number: str) -> Present | None:
        """Who answers a number; None when the account does not have it. Raises ApiError."""
        try:
            found = await self._patiently(lambda: self._port(connection, number).number_get(number))
        except NotFound:
            return None
        return Present(found, self._port(connection, "").tells_agent(found))

    def frees_first(self, connection: str) -> bool:
        """Whether a number has to be freed before another agent can have it."""
        return self._port(connection, "").frees_first

    async def hand_over(self, connection: str, present: Present, agent: str) -> bool:
        """Let an agent answer a number; False when somebody has changed it since it was looked at. Raises ApiError."""
        number = present.number
        return await self._patiently(lambda: self._port(connection, number.number).number_hand_over(number, agent))

    def _port(self, connection: str, about: str) -> Port:
        return port(self._context(connection, about))

    async def _patiently(self, work: Callable[[], Awaitable[T]]) -> T:
        """Again when there is room, where a limit is full; each time with a port of its own and all its time."""
        waited = 0.0
        while True:
            self.ensure()
            try:
                return await work()
            except RateLimited as error:
                pause = min(error.retry_after or REST, REST)
                if waited >= PATIENCE:
                    raise
                waited += pause
                await asyncio.sleep(pause)

    def _context(self, connection: str, about: str) -> ActionContext:
        desk, known = self.desk, self.desk.connections.get(connection)
        if known is None:
            raise Invalid(f"there is no connection {connection}")
        event = Event(kind="manual", native="manual", name=NAME, connection=connection, provider=known.provider)
        return ActionContext(
            event=event,
            operation=f"{NAME}/{connection}/{about}",
            timeout=TIMEOUT,
            http=desk.clients.open,
            limiter=desk.store.rates,
            memory=EventMemory(desk.store.memory, event),
            emitter=EventEmitter(desk.store, event, NAME),
            connection=known,
            generation="" if known.generation == "auto" else known.generation,
            api_http=desk.clients.of(known),
            leaving=self.ensure,
        )
