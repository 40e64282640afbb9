"""Flireo generation one: verification groups, and ordering a number in one of them.

A new group is pending, as on the platform until people have looked at it; the seed has one that was approved. How the
numbers that a group can have are answered is not documented; they are written as the other available ones.
"""

from __future__ import annotations

import uuid
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from console.sandbox.livecall import wall_clock
from console.sandbox.platforms.common import body_object, whole_number
from console.sandbox.platforms.flireo.first import FirstError, account, invalid, offer, order_data, refusal
from console.sandbox.platforms.flireo.rest import first_complaint
from console.sandbox.world import FlireoGroup, Refused


class NewGroup(BaseModel):
    """The body of POST /v1/verification-groups."""

    model_config = ConfigDict(extra="forbid")

    phone_number_type: str = Field(min_length=1)
    name: str = Field(min_length=1)
    business_name: str = Field(min_length=1)
    contact_person_first_name: str = Field(min_length=1)
    contact_person_last_name: str = Field(min_length=1)
    contact_person_phone: str = Field(min_length=1)
    street_name: str = Field(min_length=1)
    house_number: str = Field(min_length=1)
    postal_code: str = Field(min_length=1)
    city: str = Field(min_length=1)
    province: str = Field(min_length=1)
    description: str = ""


async def create_group(request: Request) -> JSONResponse:
    """POST /v1/verification-groups"""
    try:
        wanted = NewGroup.model_validate(await body_object(request, invalid))
    except ValidationError as error:
        raise invalid(first_complaint(error)) from error
    group = FlireoGroup(
        str(uuid.uuid4()), wanted.name, wanted.phone_number_type, wanted.city, wanted.business_name, wall_clock()
    )
    account(request).groups[group.id] = group
    return JSONResponse({"message": "Verification group created", "data": {"requirement_group_id": group.id}}, 201)


async def list_groups(request: Request) -> JSONResponse:
    """GET /v1/verification-groups"""
    query = request.query_params
    limit = whole_number(query, "limit", 20, (1, 100), invalid)
    offset = whole_number(query, "offset", 0, (0, 1_000_000), invalid)
    fitting = [each for each in account(request).groups.values() if _fits(request, each)]
    meta = {"total": len(fitting), "limit": limit, "offset": offset}
    return JSONResponse({"data": [_group(each) for each in fitting[offset : offset + limit]], "meta": meta})


async def get_group(request: Request) -> JSONResponse:
    """GET /v1/verification-groups/{id}"""
    held, group = account(request), _known(request)
    numbers = [
        {"id": order.number.id, "phone_number": order.number.number, "status": order.status}
        for order in held.orders
        if order.verification_group == group.id
    ]
    documents = [{"id": f"doc-{group.id}", "type": "address_proof", "status": group.status}]
    return JSONResponse({"data": _group(group) | {"documents": documents, "phone_numbers": numbers}})


async def list_group_numbers(request: Request) -> JSONResponse:
    """GET /v1/verification-groups/{id}/available-phone-numbers"""
    group = _known(request)
    fitting = [each for each in account(request).stock if each.type == group.type]
    return JSONResponse({"data": [offer(each) for each in fitting[:20]], "meta": {"total_results": len(fitting)}})


async def order_in_group(request: Request) -> JSONResponse:
    """POST /v1/verification-groups/{id}/order-number"""
    held, group = account(request), _known(request)
    number = str((await body_object(request, invalid)).get("phone_number"))
    if group.status != "approved":
        raise FirstError(400, "invalid_status", "Verification group is not approved")
    try:
        order = held.order(number, group.id, wall_clock())
    except Refused as error:
        raise refusal(error) from error
    data = order_data(held, order) | {"verification_group": {"id": group.id, "name": group.name}}
    return JSONResponse({"message": "Phone number ordered successfully", "data": data})


def _known(request: Request) -> FlireoGroup:
    found = account(request).groups.get(request.path_params["id"])
    if found is None:
        raise FirstError(404, "not_found", "Verification group not found")
    return found


def _fits(request: Request, group: FlireoGroup) -> bool:
    query = request.query_params
    return (
        query.get("status", group.status) == group.status and query.get("phone_number_type", group.type) == group.type
    )


def _group(group: FlireoGroup) -> dict[str, Any]:
    return {
        "id": group.id,
        "name": group.name,
        "phone_number_type": group.type,
        "status": group.status,
        "locality": group.locality,
        "business_name": group.business_name,
        "created_at": group.created_at,
    }


GROUP_ROUTES = [
    Route("/verification-groups", create_group, methods=["POST"]),
    Route("/verification-groups", list_groups, methods=["GET"]),
    Route("/verification-groups/{id}", get_group, methods=["GET"]),
    Route("/verification-groups/{id}/available-phone-numbers", list_group_numbers, methods=["GET"]),
    Route("/verification-groups/{id}/order-number", order_in_group, methods=["POST"]),
]
