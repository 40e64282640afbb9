"""What people do about numbers: look at what would change, apply it, adopt, pin and unpin.

The console holds no API key: it writes down a wish, goes to the page of that wish, and a worker answers it there.
Applying is only possible from what a look has shown within the last minutes, and touches those numbers alone.
"""

from __future__ import annotations

from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.keeping import begin, deed, hidden, hindrance, id_of, pin, summary, to_do, unpin, why_nobody
from console.web.desk import desk_of, note, visitor_of
from console.web.going import to
from console.web.kept import Look, Row, names_of, rows_of
from console.web.pages.numbers import nobody_keeps, number_at, sees_all
from console.web.render import page
from store.numbers import Wish

FRESH = 300.0
"""Seconds for which what a look has shown may be applied."""
LONGEST_WHY = 200

Given = dict[str, str]


async def look_first(request: Request) -> Response:
    """Let a worker look what applying would change: of one number, or of all."""
    address = _form(request).get("number", "")
    ids = [id_of((await number_at(request, address))[1])] if address else []
    return await _wish(request, "look", ids)


async def apply(request: Request) -> Response:
    """Do what the look has shown, to those numbers and no others."""
    store, asked = desk_of(request).store, _form(request).get("asked", "")
    look = await store.numbers.told(asked)
    if look is None or look["state"] != "done" or look["wish"] != "look":
        raise HTTPException(404)
    if await store.schedules.now_ms() - look["at_ms"] > FRESH * 1000:
        return await to(request, "/numbers", "nothing was done: it was looked at too long ago; look again", bad=True)
    if why := hindrance(look):
        return await to(request, f"/numbers/asked/{asked}", f"nothing may be changed: {why}", bad=True)
    ids = [id_of(row) for row in to_do(look)]
    return await _wish(request, "apply", ids) if ids else await to(request, "/numbers", "there is nothing to change")


async def adopt(request: Request) -> Response:
    """Accept who answers a number now, if it is still who was shown."""
    address = _form(request).get("number", "")
    _, row = await number_at(request, address)
    if row["present"] != _form(request).get("present", ""):
        return await to(request, f"/numbers/{address}", "nothing was done: somebody else answers it by now", bad=True)
    return await _wish(request, "adopt", [id_of(row)])


async def put_pin(request: Request) -> Response:
    """Leave a number alone."""
    form, store = _form(request), desk_of(request).store
    address, why = form.get("number", ""), " ".join(form.get("why", "").split())[:LONGEST_WHY]
    id_, until = id_of((await number_at(request, address))[1]), form.get("until", "").strip()
    try:
        made = await pin(store, id_, visitor_of(request).user, why, until)
    except ValueError as error:
        return await to(request, f"/numbers/{address}", f"nothing was done: {error}", bad=True)
    told = {"why": why} if why else {}
    await note(request, deed("pin", [id_]), **told | ({"until_ms": made.until_ms} if made.until_ms else {}))
    return await to(request, f"/numbers/{address}", f"{hidden(id_)} is left alone from now on")


async def take_pin(request: Request) -> Response:
    """Let the plan hold again."""
    address = _form(request).get("number", "")
    id_ = id_of((await number_at(request, address))[1])
    if not await unpin(desk_of(request).store, id_, visitor_of(request).user):
        return await to(
            request, f"/numbers/{address}", "it had no pin; those in numbers.yaml are taken away there", bad=True
        )
    await note(request, deed("unpin", [id_]))
    return await to(request, f"/numbers/{address}", f"{hidden(id_)} follows the plan again")


async def _wish(request: Request, wish: Wish, ids: list[str]) -> Response:
    """Ask, write down who did, and go where the answer will be."""
    if nobody := await nobody_keeps(request):
        return await to(request, "/numbers", f"nothing was done: {nobody}", bad=True)
    asked = await begin(desk_of(request).store, wish, visitor_of(request).user, ids)
    await note(request, "look at numbers" if wish == "look" else deed(wish, ids))
    return await to(request, f"/numbers/asked/{asked.id}")


async def show_asked(request: Request) -> Response:
    """What became of a wish: it waits, it is in work, or this came of it."""
    store, asked = desk_of(request).store, request.path_params["asked"]
    told = await store.numbers.told(asked)
    waiting = next((each for each in await store.numbers.asked() if each.id == asked), None)
    if told is None and waiting is None:
        raise HTTPException(404)
    over = told is not None and told["state"] == "done"
    found = await _found(request, told) if told and over else {}
    wish = told["wish"] if told else waiting and waiting.wish
    nobody = "" if over else await _nobody_goes_on(request, begun=told is not None)
    return await page(request, "asked.html", asked=asked, over=over, told=told, wish=wish, nobody=nobody, **found)


async def _nobody_goes_on(request: Request, *, begun: bool) -> str:
    desk = desk_of(request)
    if await desk.store.numbers.keeper():
        return ""
    return await why_nobody(desk.store, (await desk.book.read()).folder, begun=begun)


async def _found(request: Request, look: Look) -> dict[str, Any]:
    """What the worker found or did."""
    desk = desk_of(request)
    names = names_of(look, (await desk.book.read()).loaded.vars)
    rows: list[Row] = rows_of(await desk.store.sessions.secret(), look, names, whole=sees_all(request))
    return {
        "rows": rows, "due": len(to_do(look)), "hindrance": hindrance(look), "summary": summary(look),
        "changed": sum(row["done"] for row in look["rows"]),
    }  # fmt: skip


def _form(request: Request) -> Given:
    given: Given = request.scope["form"]
    return given


ROUTES = (
    Route("/numbers/plan", look_first, methods=["POST"]),
    Route("/numbers/apply", apply, methods=["POST"]),
    Route("/numbers/adopt", adopt, methods=["POST"]),
    Route("/numbers/pin", put_pin, methods=["POST"]),
    Route("/numbers/unpin", take_pin, methods=["POST"]),
    Route("/numbers/asked/{asked}", show_asked),
)
