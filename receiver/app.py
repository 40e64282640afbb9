"""The receiver's web application: its routes, what runs beside them, and whether it is ready."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from receiver.draining import drain_for_ever
from receiver.incoming import Receive, Scope
from receiver.ingest import HOOKS, RETRY_AFTER, Receiver, connection_in, ingest
from receiver.metrics import ReceiverMetrics, metrics
from receiver.pressure import Pressure
from receiver.providers.faults import faults_of
from receiver.responses import Send, come_again
from receiver.room import Room
from receiver.settings import ReceiverSettings
from receiver.waiters import Waiters
from store.about import now_on
from store.client import Store, open_store
from store.connections import Connection, ConnectionsError, load_connections
from store.gauges import StoreGauges
from store.spans import span
from store.spool import Spool
from store.standing import Lookout, reach
from store.tallies import Tallyman
from store.tasks import end

logger = logging.getLogger(__name__)

READY_TIMEOUT = 1.0
"""Seconds the disk gets to show that it is there."""
TOO_OLD = "too old"


class Application(Starlette):
    """What deliveries come to goes straight to the path; everything else has its route."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The server logs an unexpected failure itself, with its stack."""
        if scope["type"] != "http" or not scope["path"].startswith(HOOKS):
            return await super().__call__(scope, receive, send)
        try:
            with span("delivery", kind="server"):
                response = await ingest(scope, receive, self.state.receiver)
        except Exception:
            now_on(self._connection_of(scope))
            await come_again(RETRY_AFTER).leave(send)
            raise
        await response.leave(send)

    def _connection_of(self, scope: Scope) -> str:
        """The connection a delivery came in on; empty for a name that is none."""
        name = connection_in(scope)
        return name if name in self.state.receiver.connections else ""


def build_app(settings: ReceiverSettings, url: str) -> Starlette:
    """The application for these settings, on the store behind `url`. Raises ConnectionsError for an unusable file."""
    connections = webhooks(settings)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        store = open_store(url, copies=settings.copies, timeout=settings.store_timeout)
        waiters = Waiters(store.redis)
        waiters.start()
        spool = Spool(settings.data_dir / "spool", settings.spool_limit)
        pressure = Pressure(store.backlog, settings.backlog_limit, settings.memory_share)
        room = Room(settings.max_requests, max(settings.max_bodies, settings.max_body))
        app.state.lookout = lookout = Lookout(store.redis, settings.durability)
        tasks = [
            asyncio.create_task(drain_for_ever(spool, store.events, pressure)),
            asyncio.create_task(lookout.keep()),
            asyncio.create_task(pressure.keep()),
        ]
        app.state.store = store
        app.state.metrics = counted = ReceiverMetrics(connections, StoreGauges(store))
        app.state.registry = counted.registry
        tallyman = Tallyman(store.tallies, counted.tallied)
        tasks.append(asyncio.create_task(tallyman.tell_for_ever()))
        app.state.receiver = Receiver(
            connections, store.events, store.answers, waiters, spool, pressure, room, settings, counted
        )
        try:
            with spool.attended():
                yield
        finally:
            await end(*tasks)
            await tallyman.tell()
            await waiters.stop()
            await store.close()

    app = Application(
        routes=[
            Route("/livez", _live),
            Route("/readyz", _ready),
            Route("/metrics", metrics),
        ],
        lifespan=lifespan,
        exception_handlers={HTTPException: _refused},
    )
    app.router.redirect_slashes = False
    return app


def webhooks(settings: ReceiverSettings) -> dict[str, Connection]:
    """The connections that events come in on. Those that are off stay among them and are named in the log."""
    connections = load_connections(settings.connections, os.environ, "auth")
    posting = {name: connection for name, connection in connections.items() if not _only_called_back(connection)}
    faults = faults_of(settings.connections, connections.values())
    if faults:
        raise ConnectionsError(settings.connections, [fault.text for fault in faults])
    for connection in posting.values():
        if not connection.on:
            logger.warning("connection is off", extra={"connection": connection.name, "missing": connection.missing})
    return posting


def _only_called_back(connection: Connection) -> bool:
    return connection.api is not None and not connection.auth


async def _live(_: Request) -> JSONResponse:
    return JSONResponse({"live": True})


async def _ready(request: Request) -> JSONResponse:
    """Ready is who can keep what comes, on the store or on the disk: sent away by a proxy it would be lost."""
    lookout: Lookout = request.app.state.lookout
    receiver: Receiver = request.app.state.receiver
    state = await _state_of(request.app.state.store, lookout)
    connections = list(receiver.connections.values())
    on = sum(connection.on for connection in connections)
    less = [f"{each.about}: {each.text}" for each in lookout.seen.shortcomings] if lookout.seen else []
    body = {
        "store": state,
        "spool": "ok" if (spooling := await _can_spool(receiver.spool)) else "full or away",
        "less_than_asked": less,
        "backlog": receiver.pressure.told(),
        "connections": {"on": on, "off": len(connections) - on},
    }
    takes_events = state == "ok" or (state != TOO_OLD and spooling)
    return JSONResponse(body, 200 if takes_events else 503)


async def _can_spool(spool: Spool) -> bool:
    try:
        async with asyncio.timeout(READY_TIMEOUT):
            return await asyncio.to_thread(spool.has_room)
    except TimeoutError:
        return False


async def _state_of(store: Store, lookout: Lookout) -> str:
    state = await reach(store.redis)
    return TOO_OLD if state == "ok" and lookout.seen and lookout.seen.too_old else state


async def _refused(_: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)  # noqa: S101
    return JSONResponse({"refused": error.detail.lower()}, error.status_code, error.headers)
