"""The audit trail: who did what, and when."""

from __future__ import annotations

import re

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from console.web.desk import desk_of
from console.web.render import page

ROWS = 100
_ID = re.compile(r"\d{1,16}-\d{1,10}")


async def show(request: Request) -> Response:
    """The latest deeds, or those before one of them."""
    before = request.query_params.get("before", "")
    asked = before if _ID.fullmatch(before) else "+"
    deeds = await desk_of(request).store.audit.newest(ROWS, before=asked)
    return await page(request, "audit.html", deeds=deeds, more=deeds[-1].id if len(deeds) == ROWS else "")


ROUTES = (Route("/audit", show),)
