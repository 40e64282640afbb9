"""The door of the console: everything that is asked passes here, so that no page can forget to check.

Who asks must have been let in; a change must come from a form of ours, on our own origin; and whatever leaves says to
the browser that it may load nothing from elsewhere.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Mapping
from urllib.parse import urlsplit

from redis.exceptions import RedisError
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from console.web.forms import FormTooLarge, read_form, replayed
from console.web.metrics import ConsoleMetrics
from console.web.pages.trouble import around_the_proxy, store_is_away
from console.web.settings import ConsoleSettings
from console.web.visitor import Grounds, NotThroughTheProxy, Visitor, grounds_of
from store.client import Store

logger = logging.getLogger(__name__)

SAFE = frozenset({"GET", "HEAD"})
UNCHANGING = "/static/"
UNGUARDED = (UNCHANGING, "/livez")
"""Paths that tell nothing, and so ask nobody who they are."""
METRICS = "/metrics"
"""Asked for by machines, by whatever name they know us; it wants a token of its own."""
LOGIN = "/login"

HEADERS: Mapping[str, str] = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


class Guard:
    """Wraps the application."""

    def __init__(self, app: ASGIApp, settings: ConsoleSettings, store: Store, metrics: ConsoleMetrics) -> None:
        self._app = app
        self._settings = settings
        self._store = store
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        sender = _hardened(scope, send)
        refusal = await self._admit(scope, headers, receive)
        if isinstance(refusal, Response):
            await refusal(scope, receive, sender)
        else:
            await self._app(scope, refusal, sender)

    async def _admit(self, scope: Scope, headers: Headers, receive: Receive) -> Response | Receive:
        """A refusal, or the body to go on with."""
        if scope["path"] == METRICS:
            return receive
        if not _is_ours(headers.get("host", ""), self._settings):
            return PlainTextResponse("this console is not known by that name; see HOOKSWITCH_CONSOLE_NAMES", 421)
        if scope["path"].startswith(UNGUARDED):
            return receive
        try:
            return await self._admit_visitor(scope, headers, receive)
        except NotThroughTheProxy:
            self._metrics.refused.add("proxy")
            return around_the_proxy(self._settings.console_proxy_header)
        except FormTooLarge:
            return PlainTextResponse("the form is too large", 413)
        except (RedisError, OSError) as error:
            logger.error("the store is away", extra={"error": repr(error)})
            return store_is_away(error)

    async def _admit_visitor(self, scope: Scope, headers: Headers, receive: Receive) -> Response | Receive:
        peer = scope["client"][0] if scope.get("client") else ""
        grounds = grounds_of(self._settings, headers, peer)
        visitor = await self._visitor(scope, grounds)
        if visitor is None and not grounds.user and scope["path"] != LOGIN:
            return _to_login(scope)
        if visitor is None:
            visitor, cookie = await self._new_visitor(grounds)
            scope["new_cookie"] = cookie
        scope["visitor"] = visitor
        if scope["method"] in SAFE:
            return receive
        return await self._admit_change(scope, headers, receive, visitor)

    async def _visitor(self, scope: Scope, grounds: Grounds) -> Visitor | None:
        token = Request(scope).cookies.get(cookie_name(self._settings), "")
        session = await self._store.sessions.get(token, grounds.text) if token else None
        if session is None or (not session.user and scope["path"] != LOGIN):
            return None
        return Visitor(token, session)

    async def _new_visitor(self, grounds: Grounds) -> tuple[Visitor, str]:
        """Somebody who needs no password, or who is about to type it: until then the session has no name."""
        token, session = await self._store.sessions.begin(grounds.user, grounds.text)
        return Visitor(token, session), cookie_for(self._settings, token)

    async def _admit_change(
        self, scope: Scope, headers: Headers, receive: Receive, visitor: Visitor
    ) -> Response | Receive:
        if not _same_origin(headers):
            return PlainTextResponse("changes are only taken from the console's own pages", 403)
        body, form = await read_form(scope, receive)
        proof = form.get("proof", "").encode("utf-8", "surrogatepass")
        if not hmac.compare_digest(proof, visitor.session.proof.encode()):
            return PlainTextResponse("this form is too old; go back, load the page again and repeat", 403)
        scope["form"] = form
        return replayed(body)


def cookie_name(settings: ConsoleSettings) -> str:
    """Over HTTPS the browser itself makes sure that no other host set it."""
    return "__Host-hookswitch" if settings.console_https else f"hookswitch-{settings.console_port}"


def cookie_for(settings: ConsoleSettings, token: str) -> str:
    """The header's value that gives a browser its session."""
    secure = "; Secure" if settings.console_https else ""
    return f"{cookie_name(settings)}={token}; Path=/; HttpOnly; SameSite=Strict{secure}"


def _is_ours(host: str, settings: ConsoleSettings) -> bool:
    """Whether the browser asked for us by a name we have: another name may be a stranger's page that points here."""
    try:
        name = urlsplit(f"//{host}").hostname
    except ValueError:
        return False
    return name is not None and (name in settings.names or (not settings.on_loopback and not settings.console_names))


def _same_origin(headers: Headers) -> bool:
    """Whether the page that sends the form is one of ours; who says nothing about it is refused."""
    origin = headers.get("origin")
    if origin is not None and origin != "null":
        return urlsplit(origin).netloc == headers.get("host")
    return headers.get("sec-fetch-site") == "same-origin"


def _to_login(scope: Scope) -> Response:
    if scope["method"] in SAFE and scope["path"] != "/live":
        return RedirectResponse(LOGIN, 303)
    return PlainTextResponse("log in first", 401)


def _hardened(scope: Scope, send: Send) -> Send:
    """Sends what the application answers, with the headers that every answer has."""

    async def sender(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.update(HEADERS)
            headers["cache-control"] = "max-age=300" if scope["path"].startswith(UNCHANGING) else "no-store"
            if "new_cookie" in scope:
                headers.append("set-cookie", scope["new_cookie"])
        await send(message)

    return sender
