"""What all of OpenCX's API shares: refusals, the organisation, lists with a cursor and in pages."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from console.sandbox.platforms.common import PlatformError, body_object, whole_number
from console.sandbox.platforms.opencx.account import OpenCXAccount
from console.sandbox.settings import Options
from console.sandbox.state import sandbox_of
from console.sandbox.things import Thing, with_id

PAGE = 25
"""Items that a page with a cursor holds."""

Fields = Mapping[str, type | tuple[type, ...]]
TEXT = (str, type(None))


class OpenCXError(PlatformError):
    """A refusal of OpenCX."""

    def body(self, options: Options) -> dict[str, Any]:
        if options.opencx_errors == "bare":
            return {}
        return {"statusCode": self.status, "message": self.message, "error": HTTPStatus(self.status).phrase}


def invalid(message: str) -> OpenCXError:
    return OpenCXError(400, "bad_request", message)


def unknown(what: str) -> OpenCXError:
    return OpenCXError(404, "not_found", f"{what} not found")


def account(request: Request) -> OpenCXAccount:
    return sandbox_of(request).world.opencx


async def body_of(request: Request, fields: Fields | None = None) -> dict[str, Any]:
    """The body, with no other fields than these."""
    body = await body_object(request, invalid)
    return checked(body, fields) if fields else body


def checked(body: dict[str, Any], fields: Fields) -> dict[str, Any]:
    for name, value in body.items():
        if name not in fields:
            raise invalid(f"{name} cannot be changed")
        if not isinstance(value, fields[name]):
            raise invalid(f"{name} has the wrong type")
    return body


def known(items: Sequence[Thing], request: Request, what: str) -> Thing:
    """The item that the path names."""
    found = with_id(items, request.path_params["id"])
    if found is None:
        raise unknown(what)
    return found


def by_cursor(request: Request, items: Sequence[Thing]) -> JSONResponse:
    """`{items, next}`."""
    start = whole_number(request.query_params, "cursor", 0, (0, 10**6), invalid)
    following = start + PAGE
    more = following < len(items)
    return JSONResponse({"items": list(items[start:following]), "next": str(following) if more else None})


def by_page(body: Mapping[str, Any], items: Sequence[Thing]) -> JSONResponse:
    """`{data, page, limit, has_next, has_previous}`."""
    page, limit = (body.get(name, default) for name, default in (("page", 1), ("limit", PAGE)))
    if not isinstance(page, int) or not isinstance(limit, int) or page < 1 or not 1 <= limit <= 100:
        raise invalid("page and limit must be numbers, and limit at most 100")
    shown = list(items[(page - 1) * limit : page * limit])
    more = page * limit < len(items)
    return JSONResponse({"data": shown, "page": page, "limit": limit, "has_next": more, "has_previous": page > 1})
