"""What actions get to work with: the way out, the APIs of the connections, memory, emitted events, limits."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from traceback import extract_tb
from typing import Any

import httpx
import sentry_sdk

from rules.engine.rule import Rule
from store.client import Store
from store.connections import Connection
from store.event import EVENT_ID_PREFIX, Event
from store.events import Acceptance
from store.memory import Memory
from store.runs import RunId
from workers.actions.base import ActionContext
from workers.clients.egress import connection_client, egress_client
from workers.clients.errors import Invalid
from workers.clients.notices.notifier import Notifier
from workers.lease import Lease
from workers.outgoing import Watch
from workers.steplike import StepLike

logger = logging.getLogger(__name__)

LONGEST_CHAIN = 8
"""How many rules may emit one after the other; a longer chain is a loop."""


@dataclass
class Clients:
    """HTTP clients of this process: one for the open internet, one for each connection's own API."""

    open: httpx.AsyncClient
    _by_connection: dict[str, httpx.AsyncClient] = field(default_factory=dict)
    notifier: Notifier = field(default_factory=Notifier)
    watch: Watch = field(default_factory=Watch)

    @classmethod
    def allowing(cls, hosts: list[str], watch: Watch = Watch()) -> Clients:  # noqa: B008  it cannot change
        """Clients that may also reach these hosts and networks."""
        return cls(egress_client(hosts, watched=watch.around()), notifier=Notifier(hosts), watch=watch)

    def of(self, connection: Connection | None) -> httpx.AsyncClient:
        """The client that may reach this connection's `base_url`."""
        if connection is None or connection.api is None:
            return self.open
        if connection.name not in self._by_connection:
            watched = self.watch.around(connection.name, connection.provider)
            self._by_connection[connection.name] = connection_client(connection.api.base_url, watched=watched)
        return self._by_connection[connection.name]

    async def close(self) -> None:
        """Close every connection."""
        for client in [self.open, *self._by_connection.values()]:
            await client.aclose()


@dataclass(frozen=True)
class EventMemory:
    """Memory as one event's actions see it: `call` is its call, `caller` its caller."""

    memory: Memory
    event: Event

    def subject(self, scope: str) -> str:
        """Whose memory a scope is; empty when unknown, since anonymous callers are not one person.

        When we call out, the person is the one who is called: `call.from` is a number of our own.
        """
        call = self.event.call
        if scope == "caller":
            person = call.to if call.direction == "outbound" else call.from_
            return f"caller:{person}" if person else ""
        return f"call:{self.event.connection}:{call.id}" if call.id else ""

    async def snapshot(self) -> dict[str, dict[str, Any]]:
        """`memory.call` and `memory.caller` as they are now."""
        call, caller = await asyncio.gather(self._recall("call"), self._recall("caller"))
        return {"call": call, "caller": caller}

    async def _recall(self, scope: str) -> dict[str, Any]:
        subject = self.subject(scope)
        return await self.memory.recall(subject) if subject else {}

    async def set(self, scope: str, key: str, value: Any, ttl: float | None, operation: str) -> Any:
        subject = self.subject(scope)
        return await self.memory.set(subject, key, value, ttl, operation) if subject else value

    async def add(self, scope: str, key: str, amount: float, ttl: float | None, operation: str) -> Any:
        subject = self.subject(scope)
        return await self.memory.add(subject, key, amount, ttl, operation) if subject else amount

    async def forget(self, scope: str, key: str, operation: str) -> Any:
        subject = self.subject(scope)
        return await self.memory.forget(subject, key, operation) if subject else None


@dataclass(frozen=True)
class EventEmitter:
    """Emits events that follow from one event; the call's details travel along."""

    store: Store
    event: Event
    rule: str

    async def emit(self, name: str, data: Mapping[str, Any], at: str | None, operation: str) -> str:
        """The id of the emitted event; the same operation always gives the same one."""
        if len(self.event.chain) >= LONGEST_CHAIN:
            raise Invalid(f"rules emit in a loop: {' → '.join([*self.event.chain, self.rule])}")
        now = datetime.now(UTC)
        due = datetime.fromisoformat(at) if at else now
        emitted = Event(
            id=emitted_id(self.event, operation), connection=self.event.connection, provider=self.event.provider,
            generation=self.event.generation, kind="emitted", native="emitted", name=name, data=dict(data),
            call=self.event.call, received_at=max(due, now), chain=[*self.event.chain, self.rule],
        )  # fmt: skip
        delay = max(0.0, (due - now).total_seconds())
        accepted = await self.store.events.accept(Acceptance(emitted, b"{}", due_in=delay))
        return accepted.event_id


def emitted_id(event: Event, operation: str) -> str:
    """An event id of the usual form that depends on nothing but the operation."""
    stamp = event.id.removeprefix(EVENT_ID_PREFIX)[:12]
    return f"{EVENT_ID_PREFIX}{stamp}{hashlib.sha256(operation.encode()).hexdigest()[:20]}"


@dataclass
class Toolbox:
    """Makes the context of an action for one event."""

    store: Store
    clients: Clients
    connections: Mapping[str, Connection]
    event: Event
    lease: Lease

    def context(
        self,
        rule: Rule,
        run_id: RunId,
        step: StepLike,
        key: str,
        timeout: float,
        secrets: frozenset[str],
        waited_for: bool = False,
    ) -> ActionContext:
        """Everything one try of a step may touch."""
        connection = self._connection(rule, step)
        return ActionContext(
            event=self.event,
            operation=f"{run_id}/{key}",
            timeout=timeout,
            http=self.clients.open,
            limiter=self.store.rates,
            memory=EventMemory(self.store.memory, self.event),
            emitter=EventEmitter(self.store, self.event, rule.name),
            connection=connection,
            generation=self.generation(connection),
            api_http=self.clients.of(connection),
            secrets=secrets,
            log=self._log_of(rule),
            notifier=self.clients.notifier,
            leaving=self.lease.ensure,
            waited_for=waited_for,
        )

    def _connection(self, rule: Rule, step: StepLike) -> Connection | None:
        """The one the step drives; without its API when that is off, since its key and address are not known then."""
        only = rule.connections[0] if len(rule.connections) == 1 else ""
        connection = self.connections.get(step.connection or self.event.connection or only)
        if connection is None or connection.on:
            return connection
        return connection.model_copy(update={"api": None})

    def generation(self, connection: Connection | None) -> str:
        """The one written for the connection, else that of the event when it came from there."""
        if connection is None:
            return ""
        if connection.generation != "auto":
            return connection.generation
        return self.event.generation if connection.provider == self.event.provider else ""

    def _log_of(self, rule: Rule) -> Any:
        def log(level: str, message: str) -> None:
            number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
            logger.log(number, "rule says", extra={"rule": rule.name, "event_id": self.event.id, "said": message})

        return log

    def report_bug(self, error: BaseException, action: str) -> None:
        """A failure in our own code: a line for the log, the whole of it for Sentry and for who debugs."""
        about = {"action": action, "error": type(error).__name__, "at": place_of(error)}
        logger.error("an action failed unexpectedly", extra=about)
        logger.debug("where the action failed", extra={"action": action}, exc_info=error)
        sentry_sdk.capture_exception(error)


def place_of(error: BaseException) -> str:
    """File and line where an error was raised; empty when it never was."""
    frames = extract_tb(error.__traceback__)
    return f"{frames[-1].filename}:{frames[-1].lineno}" if frames else ""
