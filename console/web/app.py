"""The console's web application: the pages' routes, the door around them, and the lifespan, nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from redis.exceptions import RedisError
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from console.web.book import Book
from console.web.desk import Desk
from console.web.guard import Guard
from console.web.live import Live
from console.web.metrics import Counting
from console.web.pages import (
    audit,
    calls,
    connections,
    dead,
    event,
    events,
    login,
    numbers,
    pointing,
    rules,
    system,
    try_,
    vitals,
)
from console.web.pages.trouble import away, broken, not_found
from console.web.settings import ConsoleSettings
from store.client import open_store
from store.tasks import end

STATIC = Path(__file__).parent / "static"
PAGES = (login, events, event, calls, rules, try_, dead, connections, numbers, pointing, system, audit, vitals)


def build_app(settings: ConsoleSettings, url: str) -> Starlette:
    """The application for these settings, on the store behind `url`."""
    store = open_store(url, copies=settings.copies)
    desk = Desk(settings, store, Live(store.redis), Book(settings), url)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        app.state.desk = desk
        listening = asyncio.create_task(desk.live.listen())
        try:
            yield
        finally:
            await end(listening)
            await store.close()

    pages = [route for each in PAGES for route in each.ROUTES]
    return Starlette(
        routes=[Route("/", _start), *pages, Mount("/static", StaticFiles(directory=STATIC))],
        middleware=[
            Middleware(Counting, metrics=desk.metrics),
            Middleware(Guard, settings=settings, store=store, metrics=desk.metrics),
        ],
        exception_handlers={404: not_found, RedisError: away, Exception: broken},
        lifespan=lifespan,
    )


async def _start(_: Request) -> Response:
    return RedirectResponse("/events", 303)
