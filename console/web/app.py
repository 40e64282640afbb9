"""The console's web application: the route table and the lifespan, nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from console.web.book import Book
from console.web.desk import Desk, desk_of
from console.web.guard import Guard
from console.web.live import Live
from console.web.pages import audit, calls, connections, dead, event, events, login, numbers, rules, system, try_
from console.web.pages.trouble import broken, not_found
from console.web.settings import ConsoleSettings
from store.client import open_store
from store.tasks import end

STATIC = Path(__file__).parent / "static"


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

    return Starlette(
        routes=[
            Route("/", _start),
            Route("/login", login.ask),
            Route("/login", login.log_in, methods=["POST"]),
            Route("/logout", login.log_out, methods=["POST"]),
            Route("/events", events.show),
            Route("/events/{event}", event.show),
            Route("/events/{event}/rehearsal", event.rehearse),
            Route("/events/{event}/test", event.copy_as_test),
            Route("/events/{event}/numbers", event.show_numbers, methods=["POST"]),
            Route("/events/{event}/replay", event.replay, methods=["POST"]),
            Route("/calls", calls.show_all),
            Route("/calls/{event}", calls.show),
            Route("/calls/{event}/numbers", calls.show_numbers, methods=["POST"]),
            Route("/rules", rules.show_all),
            Route("/rules/{rule}", rules.show),
            Route("/pause", rules.pause, methods=["POST"]),
            Route("/resume", rules.resume, methods=["POST"]),
            Route("/try", try_.ask),
            Route("/try", try_.answer, methods=["POST"]),
            Route("/dead", dead.show),
            Route("/dead/{group}", dead.show_group),
            Route("/dead/{group}/retry", dead.retry, methods=["POST"]),
            Route("/dead/{group}/drop", dead.drop, methods=["POST"]),
            Route("/connections", connections.show_all),
            Route("/connections/{connection}", connections.show),
            Route("/system", system.show),
            Route("/system/examined", system.examined),
            Route("/numbers", numbers.show),
            Route("/numbers/show", numbers.show_numbers, methods=["POST"]),
            Route("/numbers/look", numbers.look_now, methods=["POST"]),
            Route("/audit", audit.show),
            Route("/live", _live),
            Route("/livez", _alive),
            Mount("/static", StaticFiles(directory=STATIC)),
        ],
        middleware=[Middleware(Guard, settings=settings, store=store)],
        exception_handlers={404: not_found, Exception: broken},
        lifespan=lifespan,
    )


async def _start(_: Request) -> Response:
    return RedirectResponse("/events", 303)


async def _live(request: Request) -> Response:
    return StreamingResponse(desk_of(request).live.news(), media_type="text/event-stream")


async def _alive(_: Request) -> Response:
    return JSONResponse({"live": True})
