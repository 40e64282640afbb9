"""Flireo generations two and three: numbers and assistants (alias agents).

Errors are flat (`{"error": "Not Found", "message": "..."}`) or, when the option says so, the object shape of the
error-code pages. How lists and single assistants are wrapped is documented for numbers, calls and usage only;
assistants follow them here.
"""

from __future__ import annotations

import uuid
from collections.abc import Awaitable, Callable, Mapping, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.sandbox.livecall import wall_clock
from console.sandbox.platforms.common import PlatformError, body_object, whole_number
from console.sandbox.settings import Options
from console.sandbox.state import sandbox_of
from console.sandbox.world import CREATED, FlireoAccount, FlireoAssistant, FlireoNumber, Refused

M = TypeVar("M", bound=BaseModel)
Handler = Callable[[Request], Awaitable[JSONResponse]]


class FlireoError(PlatformError):
    """A refusal of generation two or three."""

    def body(self, options: Options) -> dict[str, Any]:
        if options.flireo_error_shape == "flat":
            return {"error": HTTPStatus(self.status).phrase, "message": self.message}
        kind = "authentication_error" if self.status == 401 else "invalid_request_error"
        return {"error": {"code": self.code, "message": self.message, "param": None, "type": kind}}


def invalid(message: str) -> FlireoError:
    return FlireoError(400, "invalid_request", message)


def unknown(what: str) -> FlireoError:
    return FlireoError(404, "not_found", f"{what} not found")


def account(request: Request) -> FlireoAccount:
    return sandbox_of(request).world.flireo


class NumberPatch(BaseModel):
    """What of a number may be changed; `agent_id` and `assistant_id` are one thing."""

    model_config = ConfigDict(extra="forbid")

    agent_id: str | None = None
    assistant_id: str | None = None
    business_name: str | None = None
    transfer_trunk_id: str | None = None
    workflow_id: str | None = None
    is_active: bool = True


class NewNumber(NumberPatch):
    """A number that is brought along."""

    phone_number: str = ""
    number: str = ""


async def health(request: Request) -> JSONResponse:
    """GET /health, without a key"""
    return JSONResponse({"status": "ok"})


async def list_numbers(request: Request) -> JSONResponse:
    """GET /numbers"""
    held = account(request)
    return JSONResponse(page(request, "numbers", [_number(held, each) for each in held.own_numbers("custom")]))


async def get_number(request: Request) -> JSONResponse:
    """GET /numbers/{id}"""
    return JSONResponse({"number": _number(account(request), own_number(request, request.path_params["id"]))})


async def create_number(request: Request) -> JSONResponse:
    """POST /numbers; the number is called `phone_number` or, in the quickstarts, `number`"""
    held = account(request)
    wanted = read(NewNumber, await body_object(request, invalid))
    e164 = wanted.phone_number or wanted.number
    if not e164:
        raise invalid("phone_number is required")
    if held.number_called(e164):
        raise FlireoError(409, "conflict", "Number is in the account already")
    number = FlireoNumber(
        id=str(uuid.uuid4()),
        number=e164,
        assistant_id=_known_assistant(held, wanted.agent_id or wanted.assistant_id),
        business_name=wanted.business_name,
        transfer_trunk_id=wanted.transfer_trunk_id,
        workflow_id=wanted.workflow_id,
    )
    held.numbers[number.id] = number
    return JSONResponse({"number": _number(held, number)}, 201)


async def patch_number(request: Request) -> JSONResponse:
    """PATCH /numbers/{id}"""
    held, number = account(request), own_number(request, request.path_params["id"])
    changes = read(NumberPatch, await body_object(request, invalid)).model_dump(exclude_unset=True)
    for alias in ("agent_id", "assistant_id"):
        if alias in changes:
            number.assistant_id = _known_assistant(held, changes.pop(alias))
    for name, value in changes.items():
        setattr(number, name, value)
    return JSONResponse({"number": _number(held, number)})


async def delete_number(request: Request) -> Response:
    """DELETE /numbers/{id}; what is answered is not documented"""
    account(request).remove(own_number(request, request.path_params["id"]).id)
    return Response(status_code=204)


def list_assistants(plural: str) -> Handler:
    async def handler(request: Request) -> JSONResponse:
        return JSONResponse(page(request, plural, [each.model_dump() for each in account(request).assistants.values()]))

    return handler


def get_assistant(singular: str) -> Handler:
    async def handler(request: Request) -> JSONResponse:
        return JSONResponse({singular: find_assistant(request, request.path_params["id"]).model_dump()})

    return handler


def create_assistant(singular: str) -> Handler:
    async def handler(request: Request) -> JSONResponse:
        body = await body_object(request, invalid)
        if "id" in body:
            raise invalid("id cannot be chosen")
        made = read(FlireoAssistant, body | {"id": str(uuid.uuid4()), "created_at": wall_clock()})
        account(request).assistants[made.id] = made
        return JSONResponse({singular: made.model_dump()}, 201)

    return handler


async def delete_assistant(request: Request) -> Response:
    """DELETE /assistants/{id}; what is answered, and what becomes of its number, is not documented"""
    held, assistant = account(request), find_assistant(request, request.path_params["id"])
    for number in held.own_numbers():
        if number.assistant_id == assistant.id:
            number.assistant_id = None
    del held.assistants[assistant.id]
    return Response(status_code=204)


def patch_assistant(singular: str) -> Handler:
    async def handler(request: Request) -> JSONResponse:
        assistant = find_assistant(request, request.path_params["id"])
        changes = await body_object(request, invalid)
        if "id" in changes:
            raise invalid("id cannot be changed")
        changed = read(FlireoAssistant, assistant.model_dump() | changes)
        account(request).assistants[assistant.id] = changed
        return JSONResponse({singular: changed.model_dump()})

    return handler


def page(request: Request, name: str, items: Sequence[Any]) -> dict[str, Any]:
    limit = whole_number(request.query_params, "limit", 50, (1, 100), invalid)
    offset = whole_number(request.query_params, "offset", 0, (0, 1_000_000), invalid)
    pagination = {"total": len(items), "limit": limit, "offset": offset}
    return {name: items[offset : offset + limit], "pagination": pagination}


def own_number(request: Request, number_id: str) -> FlireoNumber:
    try:
        return account(request).number(number_id)
    except Refused as error:
        raise unknown("Number") from error


def find_assistant(request: Request, assistant_id: str) -> FlireoAssistant:
    try:
        return account(request).assistant(assistant_id)
    except Refused as error:
        raise unknown("Assistant") from error


def _known_assistant(held: FlireoAccount, assistant_id: str | None) -> str | None:
    if assistant_id is not None and assistant_id not in held.assistants:
        raise unknown("Assistant")
    return assistant_id


def read(model: type[M], values: Mapping[str, Any]) -> M:
    """The body as this model, types as they are; a refusal names the first field that is wrong."""
    try:
        return model.model_validate(values, strict=True)
    except ValidationError as error:
        raise invalid(first_complaint(error)) from error


def first_complaint(error: ValidationError) -> str:
    first = error.errors()[0]
    return f"{'.'.join(map(str, first['loc']))}: {first['msg']}"


def _number(held: FlireoAccount, number: FlireoNumber) -> dict[str, Any]:
    linked = held.assistants.get(number.assistant_id or "")
    return {
        "id": number.id,
        "phone_number": number.number,
        "agent_id": number.assistant_id,
        "agent_name": linked.name if linked else None,
        "business_name": number.business_name,
        "transfer_trunk_id": number.transfer_trunk_id,
        "transfer_trunk_name": None,
        "workflow_id": number.workflow_id,
        "workflow_name": None,
        "source": "sip",
        "is_active": number.is_active,
        "created_at": CREATED,
        "updated_at": CREATED,
    }


def _assistant_routes(plural: str, singular: str) -> list[Route]:
    return [
        Route(f"/{plural}", list_assistants(plural), methods=["GET"]),
        Route(f"/{plural}", create_assistant(singular), methods=["POST"]),
        Route(f"/{plural}/{{id}}", get_assistant(singular), methods=["GET"]),
        Route(f"/{plural}/{{id}}", patch_assistant(singular), methods=["PATCH"]),
        Route(f"/{plural}/{{id}}", delete_assistant, methods=["DELETE"]),
    ]


OPEN_ROUTES = [Route("/health", health, methods=["GET"])]

ROUTES = [
    Route("/numbers", list_numbers, methods=["GET"]),
    Route("/numbers", create_number, methods=["POST"]),
    Route("/numbers/{id}", get_number, methods=["GET"]),
    Route("/numbers/{id}", patch_number, methods=["PATCH"]),
    Route("/numbers/{id}", delete_number, methods=["DELETE"]),
    *_assistant_routes("assistants", "assistant"),
    *_assistant_routes("agents", "agent"),
]
