"""What the console shows when it cannot show anything else; nothing here asks the store."""

from __future__ import annotations

import logging

from redis.exceptions import OutOfMemoryError
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from console.web.render import bare_page

logger = logging.getLogger(__name__)


def _needs(error: Exception) -> str:
    """What a store needs that answers and takes nothing; empty for one that is away."""
    if isinstance(error, OutOfMemoryError):
        return "Give the store more memory (maxmemory), or keep events for less long (HOOKSWITCH_KEEP)."
    if str(error).startswith("MISCONF"):
        return "Make room on the store's disk: it cannot write there. It goes on by itself then."
    return ""


def store_is_away(error: Exception) -> Response:
    """The store cannot be reached, or takes nothing."""
    if needed := _needs(error):
        steps = [
            needed,
            "Events that come in meanwhile are kept on disk by the receiver, and callers hear the fallback.",
            "This page comes back by itself when the store does; `hookswitch doctor` tries everything.",
        ]
        html = bare_page("The store takes nothing", "It answers, and refuses every write.", steps, again=True)
        return HTMLResponse(html, 503, {"retry-after": "5"})
    steps = [
        "Events that come in meanwhile are kept on disk by the receiver, and callers hear the fallback.",
        "Look whether the server runs and HOOKSWITCH_REDIS_URL leads to it; `hookswitch doctor` tries everything.",
        "This page comes back by itself when the store does.",
    ]
    html = bare_page("The store is away", f"Nothing can be shown: {type(error).__name__}.", steps, again=True)
    return HTMLResponse(html, 503, {"retry-after": "5"})


async def away(request: Request, error: Exception) -> Response:
    """It went away while a page was made."""
    logger.error("the store is away", extra={"error": repr(error), "page": request.url.path})
    return store_is_away(error)


def around_the_proxy(header: str) -> Response:
    """The request did not come by the way that logins are checked on."""
    steps = [
        f"This console trusts a login proxy to say who you are, in the header {header}.",
        "Go to the address of that proxy. If you did, let HOOKSWITCH_CONSOLE_PROXY_FROM name the proxy's own address.",
    ]
    return HTMLResponse(bare_page("Not this way", "The login proxy did not say who you are.", steps), 401)


async def not_found(request: Request, _: Exception) -> Response:
    """No such page, or what it was about is gone."""
    steps = [
        "Events go after a while; HOOKSWITCH_KEEP says how long they are kept.",
        "Start at the list of calls: /calls",
    ]
    return HTMLResponse(bare_page("Not here", f"There is nothing at {request.url.path}.", steps), 404)


async def broken(_: Request, error: Exception) -> Response:
    """The console itself failed; the log has the whole of it."""
    steps = ["The console's log says where. Nothing was changed unless the page before said so."]
    return HTMLResponse(bare_page("That went wrong", f"The console failed: {type(error).__name__}.", steps), 500)
