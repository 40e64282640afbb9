"""Numbers: where each points and where it should, as the last look of a worker found it."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from console.keeping import records, summary
from console.web.desk import desk_of, note, visitor_of
from console.web.going import to
from console.web.render import page
from console.web.seeing import reveal
from rules.engine.numbers.verdict import DIFFERENT
from store.numbers import Asked

REVEALED = "numbers"
"""What the numbers of this page go by among the things whose numbers somebody asked for."""


async def show(request: Request) -> Response:
    """The last look, and what was done of late."""
    store, whole = desk_of(request).store, visitor_of(request).sees_numbers_of(REVEALED)
    look = await store.numbers.look()
    rows = records(look, whole=whole) if look else []
    return page(
        request, "numbers.html", look=look, rows=rows, summary=summary(look) if look else "", whole=whole,
        different=DIFFERENT, keeper=await store.numbers.keeper(), asked=bool(await store.numbers.asked()),
    )  # fmt: skip


async def show_numbers(request: Request) -> Response:
    """Somebody asks for the numbers in full; that is written down."""
    await reveal(request, REVEALED, "see the numbers that are kept")
    return to("/numbers")


async def look_now(request: Request) -> Response:
    """Let the worker that keeps numbers look at them; nothing is changed by that but what the plan wants changed."""
    store = desk_of(request).store
    await store.numbers.ask(Asked("look", visitor_of(request).user, await store.schedules.now_ms()))
    await note(request, "look at numbers")
    return to("/numbers", "asked; the page follows as soon as a worker has looked")
