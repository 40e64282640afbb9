"""Flireo generation one: numbers of assistants, the list of numbers, and orders. Paths start with `/v1`.

Errors are `{"error": {"code", "message", "details"}}`. Authentication is not documented; a bearer key is assumed.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from console.sandbox.livecall import wall_clock
from console.sandbox.platforms.common import PlatformError, body_object, whole_number
from console.sandbox.settings import Options
from console.sandbox.state import sandbox_of
from console.sandbox.world import CREATED, ORDER_CREDITS, FlireoAccount, FlireoNumber, FlireoOrder, Refused

STATUSES = {"not_found": 404, "forbidden": 403, "insufficient_credits": 402}
"""Every other code is a 400."""


class FirstError(PlatformError):
    """A refusal of generation one."""

    def body(self, options: Options) -> dict[str, Any]:
        return {"error": {"code": self.code, "message": self.message, "details": {}}}


def invalid(message: str) -> FirstError:
    return FirstError(400, "invalid_parameters", message)


def account(request: Request) -> FlireoAccount:
    return sandbox_of(request).world.flireo


async def get_link(request: Request) -> JSONResponse:
    """GET /v1/assistants/{id}/phone-number"""
    held = account(request)
    try:
        assistant = held.assistant(request.path_params["id"])
    except Refused as error:
        raise refusal(error) from error
    number = held.number_of(assistant.id)
    shown = _brief(number) | {"origin": number.origin} if number else None
    return JSONResponse(
        {"data": {"assistant_id": assistant.id, "assistant_name": assistant.name, "phone_number": shown}}
    )


async def link(request: Request) -> JSONResponse:
    """POST /v1/assistants/{id}/phone-number"""
    assistant_id = request.path_params["id"]
    number_id = _uuid((await body_object(request, invalid)).get("phone_number_id"))
    try:
        linked = account(request).link(assistant_id, number_id)
    except Refused as error:
        raise refusal(error) from error
    data = {
        "assistant_id": assistant_id,
        "phone_number": _brief(linked.number),
        "previous_phone_number_id": linked.previous_number_id,
        "released_assistants": linked.released,
    }
    return JSONResponse({"message": "Phone number linked successfully", "data": data})


async def unlink(request: Request) -> JSONResponse:
    """DELETE /v1/assistants/{id}/phone-number"""
    assistant_id = request.path_params["id"]
    try:
        number = account(request).unlink(assistant_id)
    except Refused as error:
        raise refusal(error) from error
    unlinked = {"id": number.id, "number": number.number}
    data = {"assistant_id": assistant_id, "unlinked_phone_number": unlinked}
    return JSONResponse({"message": "Phone number unlinked successfully", "data": data})


async def list_numbers(request: Request) -> JSONResponse:
    """GET /v1/phone-numbers"""
    query, held = request.query_params, account(request)
    limit = whole_number(query, "limit", 50, (1, 100), invalid)
    offset = whole_number(query, "offset", 0, (0, 1_000_000), invalid)
    own = held.own_numbers("custom")
    shared = held.own_numbers("default") if query.get("include_default") == "true" else []
    return JSONResponse(
        {
            "data": [_listed(held, number) for number in own[offset : offset + limit]],
            "shared_numbers": [_place(number) for number in shared],
            "meta": {"total": len(own), "limit": limit, "offset": offset},
        }
    )


async def list_available(request: Request) -> JSONResponse:
    """GET /v1/phone-numbers/available"""
    query = request.query_params
    kind = query.get("number_type", "national")
    if kind not in ("national", "mobile"):
        raise invalid("number_type must be national or mobile")
    limit = whole_number(query, "limit", 20, (1, 50), invalid)
    fitting = [each for each in account(request).stock if each.type == kind and query.get("query", "") in each.number]
    meta = {"total_results": len(fitting), "number_type": kind, "requires_verification": False}
    return JSONResponse({"data": [offer(each) for each in fitting[:limit]], "meta": meta})


async def order_number(request: Request) -> JSONResponse:
    """POST /v1/phone-numbers"""
    body, held = await body_object(request, invalid), account(request)
    try:
        order = held.order(str(body.get("phone_number")), body.get("verification_group_id"), wall_clock())
    except Refused as error:
        raise refusal(error) from error
    return JSONResponse({"message": "Phone number ordered successfully", "data": order_data(held, order)})


async def list_orders(request: Request) -> JSONResponse:
    """GET /v1/phone-number-orders"""
    query = request.query_params
    limit = whole_number(query, "limit", 20, (1, 100), invalid)
    offset = whole_number(query, "offset", 0, (0, 1_000_000), invalid)
    fitting = [each for each in account(request).orders if _fits(query, each)]
    meta = {"total": len(fitting), "limit": limit, "offset": offset}
    return JSONResponse({"data": [_order(each) for each in fitting[offset : offset + limit]], "meta": meta})


def _fits(query: Mapping[str, str], order: FlireoOrder) -> bool:
    wanted = {
        "status": order.status,
        "number_type": order.number.type,
        "verification_group_id": order.verification_group,
    }
    return all(query.get(name, value) == value for name, value in wanted.items())


async def get_order(request: Request) -> JSONResponse:
    """GET /v1/phone-number-orders/{id}"""
    found = next((each for each in account(request).orders if each.id == request.path_params["id"]), None)
    if found is None:
        raise FirstError(404, "not_found", "Order not found")
    outside = {"external_order_id": f"ext-{found.id}", "external_sub_order_id": None}
    return JSONResponse({"data": _order(found) | outside})


def order_data(held: FlireoAccount, order: FlireoOrder) -> dict[str, Any]:
    """An order as it is answered when it is placed."""
    return {
        "order_id": order.id,
        "phone_number": order.number.number,
        "number_type": order.number.type,
        "status": order.status,
        "credits_used": ORDER_CREDITS,
        "remaining_credits": held.credits,
    }


def _order(order: FlireoOrder) -> dict[str, Any]:
    group = order.verification_group
    return {
        "id": order.id,
        "phone_number": order.number.number,
        "status": order.status,
        "number_type": order.number.type,
        "requirements_met": order.status != "pending",
        "ordered_at": order.ordered_at,
        "verification_group": {"id": group, "name": "Group"} if group else None,
    }


def refusal(error: Refused) -> FirstError:
    """The account's no, as this API writes it."""
    return FirstError(STATUSES.get(error.code, 400), error.code, error.message)


def _uuid(value: Any) -> str:
    try:
        return str(uuid.UUID(value))
    except (ValueError, TypeError, AttributeError) as error:
        raise invalid("phone_number_id must be a UUID") from error


def _brief(number: FlireoNumber) -> dict[str, Any]:
    return {"id": number.id, "number": number.number, "type": number.type, "locality": number.locality}


def _place(number: FlireoNumber) -> dict[str, Any]:
    return {
        "id": number.id,
        "phone_number": number.number,
        "locality": number.locality,
        "number_type": number.type,
    }


def _listed(held: FlireoAccount, number: FlireoNumber) -> dict[str, Any]:
    linked = held.assistants.get(number.assistant_id or "")
    return _place(number) | {
        "available": linked is None,
        "created_at": CREATED,
        "linked_assistant": {"id": linked.id, "name": linked.name} if linked else None,
    }


def offer(number: FlireoNumber) -> Mapping[str, Any]:
    """A number that can be ordered."""
    return {
        "phone_number": number.number,
        "number_type": number.type,
        "locality": number.locality,
        "features": ["voice"],
        "cost": {"monthly": "2.00", "currency": "EUR", "credits": 10},
        "reservable": True,
    }


ROUTES = [
    Route("/assistants/{id}/phone-number", get_link, methods=["GET"]),
    Route("/assistants/{id}/phone-number", link, methods=["POST"]),
    Route("/assistants/{id}/phone-number", unlink, methods=["DELETE"]),
    Route("/phone-numbers/available", list_available, methods=["GET"]),
    Route("/phone-numbers", list_numbers, methods=["GET"]),
    Route("/phone-numbers", order_number, methods=["POST"]),
    Route("/phone-number-orders", list_orders, methods=["GET"]),
    Route("/phone-number-orders/{id}", get_order, methods=["GET"]),
]
