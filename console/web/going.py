"""Where a browser goes after a form."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from console.web.desk import desk_of, visitor_of
from store.sessions import Said


async def to(request: Request, path: str, said: str = "", *, bad: bool = False) -> Response:
    """To a page of ours. What was done, or with `bad` was not, is told there once; it never stands in the address."""
    if said:
        await desk_of(request).store.sessions.say(visitor_of(request).token, Said(said, bad))
    return RedirectResponse(path, 303)
