"""Vapi: phone numbers and assistants. Bare arrays, `limit` and the moment of creation as filters, PATCH by member.

Errors are written as those of Fluents, which is inferred.
"""

from __future__ import annotations

import operator
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any, TypeVar

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from console.sandbox.livecall import wall_clock
from console.sandbox.platforms.common import PlatformError, body_object, whole_number
from console.sandbox.script import complaints
from console.sandbox.settings import Options
from console.sandbox.state import sandbox_of
from console.sandbox.world import VapiAccount, VapiAssistant, VapiNumber, VapiThing

MOST = 1000
FILTERS: Mapping[str, Callable[[datetime, datetime], bool]] = {
    "createdAtGt": operator.gt,
    "createdAtLt": operator.lt,
    "createdAtGe": operator.ge,
    "createdAtLe": operator.le,
}

T = TypeVar("T", VapiAssistant, VapiNumber)


class VapiError(PlatformError):
    """A refusal of Vapi."""

    def body(self, options: Options) -> dict[str, Any]:
        return {"message": self.message, "error": HTTPStatus(self.status).phrase, "statusCode": self.status}


def invalid(message: str) -> VapiError:
    return VapiError(400, "BadRequest", message)


def account(request: Request) -> VapiAccount:
    return sandbox_of(request).world.vapi


async def list_numbers(request: Request) -> JSONResponse:
    """GET /phone-number"""
    return JSONResponse(filtered(request, map(shown, account(request).numbers.values())))


async def find_numbers(request: Request) -> JSONResponse:
    """GET /v2/phone-number: numbered pages of those in which `search` stands"""
    query = request.query_params
    page, limit = (
        whole_number(query, name, usual, (1, MOST), invalid) for name, usual in (("page", 1), ("limit", 100))
    )
    numbers, wanted = _newest_first(map(shown, account(request).numbers.values())), query.get("search", "").lower()
    fitting = [each for each in numbers if wanted in str(each).lower()]
    metadata = {"itemsPerPage": limit, "totalItems": len(fitting), "currentPage": page}
    return JSONResponse({"results": fitting[(page - 1) * limit : page * limit], "metadata": metadata})


async def get_number(request: Request) -> JSONResponse:
    """GET /phone-number/{id}"""
    return JSONResponse(shown(known(account(request).numbers, request)))


async def update_number(request: Request) -> JSONResponse:
    """PATCH /phone-number/{id}"""
    held = account(request)
    number = changed(known(held.numbers, request), await body_object(request, invalid))
    if number.assistant_id and number.assistant_id not in held.assistants:
        raise invalid(f"Assistant with ID {number.assistant_id} not found.")
    held.numbers[number.id] = number
    return JSONResponse(shown(number))


async def delete_number(request: Request) -> JSONResponse:
    """DELETE /phone-number/{id}"""
    held = account(request)
    return JSONResponse(shown(held.numbers.pop(known(held.numbers, request).id)))


async def create_number(request: Request) -> JSONResponse:
    """POST /phone-number: a number of the platform's choosing, or one that is brought along"""
    held = account(request)
    own = {"number": f"+1415555{len(held.numbers):04d}", "createdAt": wall_clock(), "updatedAt": wall_clock()}
    number = _validated(VapiNumber, own | await body_object(request, invalid) | {"id": str(uuid.uuid4())})
    held.numbers[number.id] = number
    return JSONResponse(shown(number), 201)


async def list_assistants(request: Request) -> JSONResponse:
    """GET /assistant"""
    return JSONResponse(filtered(request, map(shown, account(request).assistants.values())))


async def get_assistant(request: Request) -> JSONResponse:
    """GET /assistant/{id}"""
    return JSONResponse(shown(known(account(request).assistants, request)))


async def create_assistant(request: Request) -> JSONResponse:
    """POST /assistant"""
    own = {"createdAt": wall_clock(), "updatedAt": wall_clock()}
    made = _validated(VapiAssistant, own | await body_object(request, invalid) | {"id": str(uuid.uuid4())})
    account(request).assistants[made.id] = made
    return JSONResponse(shown(made), 201)


async def delete_assistant(request: Request) -> JSONResponse:
    """DELETE /assistant/{id}; 409 while a number points to it"""
    held = account(request)
    assistant = known(held.assistants, request)
    if any(number.assistant_id == assistant.id for number in held.numbers.values()):
        raise VapiError(409, "Conflict", "Assistant is in use by a phone number.")
    return JSONResponse(shown(held.assistants.pop(assistant.id)))


async def update_assistant(request: Request) -> JSONResponse:
    """PATCH /assistant/{id}"""
    held = account(request).assistants
    assistant = changed(known(held, request), await body_object(request, invalid))
    held[assistant.id] = assistant
    return JSONResponse(shown(assistant))


def filtered(request: Request, items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The newest first, as many as `limit` says."""
    query = request.query_params
    limit = whole_number(query, "limit", 100, (0, MOST), invalid)
    bounds = [(fits, _moment(query[name])) for name, fits in FILTERS.items() if name in query]
    kept = [item for item in items if all(fits(_moment(item["createdAt"]), bound) for fits, bound in bounds)]
    return _newest_first(kept)[:limit]


def _newest_first(items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(items, key=lambda item: str(item["createdAt"]), reverse=True)


def _moment(written: str) -> datetime:
    try:
        found = datetime.fromisoformat(written)
    except ValueError as error:
        raise invalid(f"{written} is not a valid ISO 8601 date string") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def known(held: Mapping[str, T], request: Request) -> T:
    found = held.get(request.path_params["id"])
    if found is None:
        raise VapiError(404, "NotFound", "Couldn't find it.")
    return found


def changed(thing: T, changes: Mapping[str, Any]) -> T:
    """A member that is given replaces the whole of the old one."""
    return _validated(type(thing), shown(thing) | dict(changes) | {"id": thing.id, "updatedAt": wall_clock()})


def _validated(model: type[T], fields: Mapping[str, Any]) -> T:
    try:
        return model.model_validate(fields)
    except ValidationError as error:
        raise invalid(complaints(error)) from error


def shown(thing: VapiThing) -> dict[str, Any]:
    """As the API writes it; what is not set is not there."""
    return thing.model_dump(mode="json", exclude_none=True)


ROUTES = [
    Route("/phone-number", list_numbers, methods=["GET"]),
    Route("/phone-number", create_number, methods=["POST"]),
    Route("/v2/phone-number", find_numbers, methods=["GET"]),
    Route("/phone-number/{id}", get_number, methods=["GET"]),
    Route("/phone-number/{id}", update_number, methods=["PATCH"]),
    Route("/phone-number/{id}", delete_number, methods=["DELETE"]),
    Route("/assistant", list_assistants, methods=["GET"]),
    Route("/assistant", create_assistant, methods=["POST"]),
    Route("/assistant/{id}", get_assistant, methods=["GET"]),
    Route("/assistant/{id}", update_assistant, methods=["PATCH"]),
    Route("/assistant/{id}", delete_assistant, methods=["DELETE"]),
]
