"""Numbers: where each points and where it should as a worker saw it last, what is planned, what was done."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.keeping import begin, id_of, is_kept, summary, to_do, why_nobody
from console.web.desk import desk_of, note, visitor_of
from console.web.going import to
from console.web.kept import Look, Row, Span, found_at, names_of, past_of, plan_of, rows_of, shown
from console.web.render import page
from console.web.seeing import reveal
from store.numbers import Pin

REVEALED = "numbers"
"""What the numbers of this page go by among the things whose numbers somebody asked for."""
PAST = 10
LOOKED_BACK = 2_000
"""Entries of the past among which those of one number are looked for."""


async def show(request: Request) -> Response:
    """The last look, and what was done of late."""
    desk, whole = desk_of(request), sees_all(request)
    pages, look, keeper = await desk.book.read(), await desk.store.numbers.look(), await desk.store.numbers.keeper()
    names, secret = names_of(look or {"rows": []}, pages.loaded.vars), await desk.store.sessions.secret()
    return await page(
        request, "numbers.html", look=look, whole=whole, rows=rows_of(secret, look, names, whole=whole) if look else [],
        summary=summary(look) if look else "", due=len(to_do(look)) if look else 0, names=names,
        nobody="" if keeper else await why_nobody(desk.store, pages.folder),
        there=await is_kept(desk.store, pages.folder), folder=pages.folder, connections=list(pages.connections),
        asked=bool(await desk.store.numbers.asked()),
        past=past_of(await desk.store.numbers.past(PAST), names, whole=whole),
    )  # fmt: skip


def sees_all(request: Request) -> bool:
    """Whether this person asked for the numbers that are kept."""
    return visitor_of(request).sees_numbers_of(REVEALED)


async def show_one(request: Request) -> Response:
    """One number: its plan, its pin, its past, and what can be done about it."""
    desk, whole = desk_of(request), sees_all(request)
    look, row = await number_at(request, request.path_params["number"])
    names, id_ = names_of(look, (await desk.book.read()).loaded.vars), id_of(row)
    past = [entry for entry in await desk.store.numbers.past(LOOKED_BACK) if id_of(entry) == id_][:PAST]
    return await page(
        request, "number.html", look=look, names=names, whole=whole,
        row=shown(await desk.store.sessions.secret(), row, look, names, whole=whole),
        pin=await _pin(request, id_), plan=await _plan(request, id_), due=row in to_do(look),
        past=past_of(past, names, whole=whole), asked=bool(await desk.store.numbers.asked()),
    )  # fmt: skip


async def number_at(request: Request, address: str) -> tuple[Look, Row]:
    """The last look, and the number in it that the address stands for; raises 404."""
    store = desk_of(request).store
    look = await store.numbers.look()
    row = found_at(await store.sessions.secret(), look, address) if look else None
    if look is None or row is None:
        raise HTTPException(404)
    return look, row


async def _pin(request: Request, id_: str) -> Pin | None:
    store = desk_of(request).store
    pin = (await store.numbers.pins()).get(id_)
    return pin if pin and pin.holds(await store.schedules.now_ms()) else None


async def _plan(request: Request, id_: str) -> list[Span]:
    document = await desk_of(request).store.numbers.file()
    return await asyncio.to_thread(plan_of, document, id_, datetime.now(UTC)) if document else []


async def show_numbers(request: Request) -> Response:
    """Somebody asks for the numbers in full; that is written down."""
    await reveal(request, REVEALED, "see the numbers that are kept")
    return await to(request, "/numbers")


async def look_now(request: Request) -> Response:
    """Let the worker that keeps numbers look at them; nothing is changed by that but what the plan wants changed."""
    if nobody := await nobody_keeps(request):
        return await to(request, "/numbers", nobody, bad=True)
    await begin(desk_of(request).store, "look", visitor_of(request).user)
    await note(request, "look at numbers")
    return await to(request, "/numbers", "asked; the page follows as soon as a worker has looked")


async def nobody_keeps(request: Request) -> str:
    """Why nothing can be asked of a worker; empty when it can."""
    desk = desk_of(request)
    if await desk.store.numbers.keeper():
        return ""
    return await why_nobody(desk.store, (await desk.book.read()).folder)


ROUTES = (
    Route("/numbers", show),
    Route("/numbers/show", show_numbers, methods=["POST"]),
    Route("/numbers/look", look_now, methods=["POST"]),
    Route("/numbers/{number}", show_one),
)
