"""Fluents: how it refuses, lists and answers.

Errors come in three shapes: `{"message", "error", "statusCode"}`, the same with a list of messages, and the ancestor's
`{"detail": [...]}`. Newer documents require every parameter of a list; the ancestor answers 200 instead of 201.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse

from console.sandbox.platforms.common import PlatformError, body_object, whole_number
from console.sandbox.platforms.fluents.account import FluentsAccount
from console.sandbox.settings import Options
from console.sandbox.state import sandbox_of
from console.sandbox.things import Thing, with_id

LIST_PARAMETERS = ("page", "size", "sort_column", "sort_desc", "filters")


class FluentsError(PlatformError):
    """A refusal of Fluents."""

    def body(self, options: Options) -> dict[str, Any]:
        if options.fluents_error_shape == "detail":
            return {"detail": [{"loc": ["body"], "msg": self.message, "type": self.code}]}
        message = [self.message] if options.fluents_error_shape == "list" else self.message
        return {"message": message, "error": HTTPStatus(self.status).phrase, "statusCode": self.status}


def invalid(message: str) -> FluentsError:
    return FluentsError(400, "BadRequestError", message)


def unknown(what: str) -> FluentsError:
    return FluentsError(404, "NotFoundError", f"{what} not found")


def account(request: Request) -> FluentsAccount:
    return sandbox_of(request).world.fluents


async def body_of(request: Request) -> dict[str, Any]:
    """The request's JSON object."""
    return await body_object(request, invalid)


def done(request: Request, thing: Any) -> JSONResponse:
    """The answer to a change: 201 as documented, or the ancestor's 200."""
    return JSONResponse(thing, 200 if sandbox_of(request).options.fluents_statuses == "older" else 201)


def chosen(request: Request, items: Sequence[Thing], what: str) -> Thing:
    """What `id` in the query names."""
    found = with_id(items, request.query_params.get("id", ""))
    if found is None:
        raise unknown(what)
    return found


def page(request: Request, items: Sequence[Thing], *also: str) -> dict[str, Any]:
    """One page of a list; `also` are parameters that are required beside the usual ones."""
    query = request.query_params
    require(query, also if is_older(request) else (*also, *LIST_PARAMETERS))
    number = whole_number(query, "page", 1, (1, 1_000_000), invalid)
    size = whole_number(query, "size", 10, (1, 100), invalid)
    return {
        "items": list(items[(number - 1) * size : number * size]),
        "page": number,
        "size": size,
        "has_more": number < math.ceil(len(items) / size),
        "total": len(items),
        "total_is_estimated": False,
    }


def is_older(request: Request) -> bool:
    """Whether the older documents are played."""
    return sandbox_of(request).options.fluents_form == "older"


def require(given: Mapping[str, Any], names: Sequence[str]) -> None:
    """Refuse what lacks one of these."""
    for name in names:
        if given.get(name) is None:
            raise invalid(f"{name} should not be empty")


def only(given: Mapping[str, Any], names: Mapping[str, Any]) -> None:
    """Refuse what has anything else, or something of another type."""
    for name, value in given.items():
        if name not in names:
            raise invalid(f"property {name} should not exist")
        if not isinstance(value, names[name]):
            raise invalid(f"{name} has the wrong type")
