"""Logging in with the password, and out."""

from __future__ import annotations

import hmac

from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from console.web.desk import desk_of
from console.web.guard import cookie_for, cookie_name
from console.web.render import page
from console.web.visitor import Visitor, grounds_of
from store.audit import Deed

MOST_STRIKES = 10
"""Failed logins from one address within a minute, after which nobody from there is listened to for a while."""
LONGEST_NAME = 60


async def ask(request: Request) -> Response:
    """The form; whoever is in already goes on."""
    if _named(request):
        return RedirectResponse("/", 303)
    return await page(request, "login.html", problem="", name="")


async def log_in(request: Request) -> Response:
    """The password was typed."""
    desk, form = desk_of(request), request.scope["form"]
    peer = request.client.host if request.client else ""
    if await desk.store.sessions.strikes(peer) >= MOST_STRIKES:
        desk.metrics.refused.add("too_many")
        return await page(request, "login.html", status=429, problem="Too many attempts; wait a minute.", name="")
    name = " ".join(form.get("name", "").split())[:LONGEST_NAME]
    if not name or not _right(form.get("password", ""), desk.settings.console_password):
        desk.metrics.refused.add("password")
        await desk.store.sessions.struck(peer)
        await desk.store.audit.note(Deed(name or "nobody", "log in", {"failed": True, "from": peer}))
        problem = "That is not the password." if name else "Say who you are; the audit trail names you."
        return await page(request, "login.html", status=401, problem=problem, name=name)
    return await _let_in(request, name, peer)


async def _let_in(request: Request, name: str, peer: str) -> Response:
    desk, visitor = desk_of(request), request.scope["visitor"]
    await desk.store.sessions.end(visitor.token)
    grounds = grounds_of(desk.settings, request.headers, peer)
    token, _ = await desk.store.sessions.begin(name, grounds.text)
    await desk.store.audit.note(Deed(name, "log in", {"from": peer}))
    response = RedirectResponse("/", 303)
    response.headers["set-cookie"] = cookie_for(desk.settings, token)
    return response


async def log_out(request: Request) -> Response:
    """The session is over, here and in every copy of its cookie."""
    desk, visitor = desk_of(request), request.scope["visitor"]
    await desk.store.sessions.end(visitor.token)
    await desk.store.audit.note(Deed(visitor.user, "log out"))
    if desk.settings.open:
        return PlainTextResponse("logged out; this console lets everybody on this machine in again")
    response = RedirectResponse("/login", 303)
    response.delete_cookie(cookie_name(desk.settings))
    return response


def _named(request: Request) -> bool:
    visitor: Visitor = request.scope["visitor"]
    return bool(visitor.user)


def _right(given: str, wanted: str) -> bool:
    return bool(wanted) and hmac.compare_digest(given.encode("utf-8", "surrogatepass"), wanted.encode())


ROUTES = (
    Route("/login", ask),
    Route("/login", log_in, methods=["POST"]),
    Route("/logout", log_out, methods=["POST"]),
)
