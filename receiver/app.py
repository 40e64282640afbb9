"""The receiver's web application: the route table and the lifespan, nothing else."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from receiver.draining import drain_for_ever
from receiver.ingest import RETRY_AFTER, Receiver, ingest
from receiver.pressure import Pressure
from receiver.providers import CALLED_BACK_ONLY, UnknownProvider, provider_named
from receiver.responses import come_again, refused
from receiver.room import Room
from receiver.settings import ReceiverSettings
from receiver.waiters import Waiters
from store.client import Store, open_store
from store.commit import GroupCommit
from store.connections import Connection, ConnectionsError, load_connections
from store.spool import Spool
from store.standing import Lookout
from store.tasks import end

logger = logging.getLogger(__name__)

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
"""What a platform may be set to; which of them a connection takes at which of its URLs, its provider knows."""

READY_TIMEOUT = 1.0
"""Seconds the store gets to show that it is there."""


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
        app.state.receiver = Receiver(
            connections, GroupCommit(store.redis), store.answers, waiters, spool, pressure, room, settings
        )
        try:
            with spool.attended():
                yield
        finally:
            await end(*tasks)
            await waiters.stop()
            await store.close()

    app = Starlette(
        routes=[
            Route("/hooks/{connection}", _hook, methods=METHODS),
            Route("/hooks/{connection}/{rest:path}", _hook, methods=METHODS),
            Route("/livez", _live),
            Route("/readyz", _ready),
        ],
        lifespan=lifespan,
        exception_handlers={HTTPException: _refused, Exception: _unexpected},
    )
    app.router.redirect_slashes = False
    return app


def webhooks(settings: ReceiverSettings) -> dict[str, Connection]:
    """The connections that events come in on. Those that are off stay among them and are named in the log."""
    connections = load_connections(settings.connections, os.environ, "auth")
    posting = {name: connection for name, connection in connections.items() if not _only_called_back(connection)}
    problems = [f"connection {name}: {problem}" for name, c in posting.items() if (problem := _problem(c))]
    if problems:
        raise ConnectionsError(settings.connections, problems)
    for connection in posting.values():
        if not connection.on:
            logger.warning("connection is off", extra={"connection": connection.name, "missing": connection.missing})
    return posting


def _only_called_back(connection: Connection) -> bool:
    return connection.provider in CALLED_BACK_ONLY and not connection.auth


def _problem(connection: Connection) -> str:
    try:
        provider_named(connection.provider)
    except UnknownProvider as error:
        return str(error)
    return ""


async def _hook(request: Request) -> Response:
    return await ingest(request, request.app.state.receiver)


async def _live(_: Request) -> Response:
    return JSONResponse({"live": True})


async def _ready(request: Request) -> Response:
    lookout: Lookout = request.app.state.lookout
    receiver: Receiver = request.app.state.receiver
    state = await _store_state(request.app.state.store, lookout)
    connections = list(receiver.connections.values())
    on = sum(connection.on for connection in connections)
    less = [f"{each.about}: {each.text}" for each in lookout.seen.shortcomings] if lookout.seen else []
    body = {
        "store": state,
        "less_than_asked": less,
        "backlog": receiver.pressure.told(),
        "connections": {"on": on, "off": len(connections) - on},
    }
    return JSONResponse(body, 200 if state == "ok" else 503)


async def _store_state(store: Store, lookout: Lookout) -> str:
    try:
        async with asyncio.timeout(READY_TIMEOUT):
            await store.redis.ping()
    except (RedisError, OSError) as error:
        return f"unreachable: {type(error).__name__}"
    return "too old" if lookout.seen and lookout.seen.too_old else "ok"


async def _refused(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    return refused(error.status_code, error.detail.lower(), error.headers)


async def _unexpected(_: Request, __: Exception) -> Response:
    """The server logs the failure itself, with its stack."""
    return come_again(RETRY_AFTER)
