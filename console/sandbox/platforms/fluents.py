"""Fluents: numbers and agents. Ids travel in the query, changes answer 201, expanded objects carry credentials.

`numbers/available` is documented in two forms: the older needs two parameters, the newer all four. Errors are
`{"message", "error", "statusCode"}`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from console.sandbox.platforms.common import PlatformError, body_object, whole_number
from console.sandbox.settings import Options
from console.sandbox.state import sandbox_of
from console.sandbox.world import FluentsAccount

UPDATABLE: Mapping[str, type | tuple[type, ...]] = {
    "outbound_only": bool,
    "label": str,
    "inbound_agent": (str, type(None)),
    "example_context": dict,
    "description": str,
}
ALWAYS_NEEDED = ("telephony_provider", "telephony_account_connection")
NEEDED_TOO = ("limit", "filters")
OLDER_ONLY = ("language", "interrupt_sensitivity", "endpointing_sensitivity", "ivr_navigation_mode")
NEWER_ONLY = ("post_call_prompt",)


class FluentsError(PlatformError):
    """A refusal of Fluents."""

    def body(self, options: Options) -> dict[str, Any]:
        return {"message": self.message, "error": HTTPStatus(self.status).phrase, "statusCode": self.status}


def invalid(message: str) -> FluentsError:
    return FluentsError(400, "BadRequestError", message)


def unknown(what: str) -> FluentsError:
    return FluentsError(404, "NotFoundError", f"{what} not found")


def account(request: Request) -> FluentsAccount:
    return sandbox_of(request).world.fluents


async def list_numbers(request: Request) -> JSONResponse:
    """GET /numbers/list"""
    return JSONResponse(page(request, account(request).numbers))


async def get_number(request: Request) -> JSONResponse:
    """GET /numbers?phone_number="""
    held = account(request)
    return JSONResponse(_expanded(held, _number(held, request.query_params.get("phone_number", ""))))


async def list_available(request: Request) -> JSONResponse:
    """GET /numbers/available"""
    held, query = account(request), request.query_params
    older = sandbox_of(request).options.fluents_form == "older"
    _require(query, ALWAYS_NEEDED if older else ALWAYS_NEEDED + NEEDED_TOO)
    if held.connection(query["telephony_account_connection"]) is None:
        raise unknown("Account connection")
    limit = whole_number(query, "limit", 10, (1, 100), invalid)
    items = [_offer(held, number, older) for number in held.stock[:limit]]
    return JSONResponse({"items": items, "total": len(held.stock)})


async def update_number(request: Request) -> JSONResponse:
    """POST /numbers/update?phone_number= (or id=)"""
    held, query = account(request), request.query_params
    number = _number(held, query.get("phone_number") or query.get("id", ""))
    changes = _checked(await body_object(request, invalid))
    if "inbound_agent" in changes:
        changes["inbound_agent_name"] = _agent_name(held, changes["inbound_agent"])
    number.update(changes)
    return JSONResponse(number, 201)


async def buy_number(request: Request) -> JSONResponse:
    """POST /numbers/buy"""
    held, body = account(request), await body_object(request, invalid)
    _require(body, ("phone_number", *ALWAYS_NEEDED))
    bought = next((each for each in held.stock if each["number"] == body["phone_number"]), None)
    if bought is None or held.connection(body["telephony_account_connection"]) is None:
        raise unknown("Number" if bought is None else "Account connection")
    agent = body.get("inbound_agent")
    name = _agent_name(held, agent)
    held.stock.remove(bought)
    held.numbers.append(bought | {"inbound_agent": agent, "inbound_agent_name": name})
    return JSONResponse(held.numbers[-1], 201)


async def cancel_number(request: Request) -> JSONResponse:
    """POST /numbers/cancel?phone_number= (or id=)"""
    held, query = account(request), request.query_params
    number = _number(held, query.get("phone_number") or query.get("id", ""))
    held.numbers.remove(number)
    return JSONResponse(number | {"active": False}, 201)


async def list_agents(request: Request) -> JSONResponse:
    """GET /agents/list"""
    return JSONResponse(page(request, account(request).agents))


async def get_agent(request: Request) -> JSONResponse:
    """GET /agents?id="""
    found = account(request).agent(request.query_params.get("id", ""))
    if found is None:
        raise unknown("Agent")
    return JSONResponse(found)


def page(request: Request, items: Sequence[dict[str, Any]]) -> dict[str, Any]:
    page = whole_number(request.query_params, "page", 1, (1, 1_000_000), invalid)
    size = whole_number(request.query_params, "size", 10, (1, 100), invalid)
    return {
        "items": items[(page - 1) * size : page * size],
        "page": page,
        "size": size,
        "has_more": page < math.ceil(len(items) / size),
        "total": len(items),
        "total_is_estimated": False,
    }


def _require(query: Mapping[str, Any], names: Sequence[str]) -> None:
    for name in names:
        if name not in query:
            raise invalid(f"{name} should not be empty")


def _number(held: FluentsAccount, number_or_id: str) -> dict[str, Any]:
    found = held.number(number_or_id)
    if found is None:
        raise unknown("Number")
    return found


def _checked(changes: dict[str, Any]) -> dict[str, Any]:
    for name, value in changes.items():
        if name not in UPDATABLE:
            raise invalid(f"property {name} should not exist")
        if not isinstance(value, UPDATABLE[name]):
            raise invalid(f"{name} has the wrong type")
    return changes


def _agent_name(held: FluentsAccount, agent_id: str | None) -> str | None:
    if agent_id is None:
        return None
    agent = held.agent(agent_id)
    if agent is None:
        raise unknown("Agent")
    return str(agent["name"])


def _expanded(held: FluentsAccount, number: Mapping[str, Any]) -> dict[str, Any]:
    """References as whole objects, credentials and all."""
    connection = held.connection(number["telephony_account_connection"])
    agent = held.agent(number["inbound_agent"] or "")
    if agent:
        agent = agent | {"openai_account_connection": connection}
    return {**number, "inbound_agent": agent, "telephony_account_connection": connection}


def _offer(held: FluentsAccount, number: Mapping[str, Any], older: bool) -> dict[str, Any]:
    """An available number is documented as a full one, agent included, although nobody owns it."""
    shown = _expanded(held, {**number, "inbound_agent": held.agents[0]["id"]})
    hidden = NEWER_ONLY if older else OLDER_ONLY
    agent = {key: value for key, value in shown["inbound_agent"].items() if key not in hidden}
    connection = {
        key: value for key, value in agent["openai_account_connection"].items() if key != "config" or not older
    }
    return shown | {"inbound_agent": agent | {"openai_account_connection": connection}}


ROUTES = [
    Route("/numbers", get_number, methods=["GET"]),
    Route("/numbers/list", list_numbers, methods=["GET"]),
    Route("/numbers/available", list_available, methods=["GET"]),
    Route("/numbers/update", update_number, methods=["POST"]),
    Route("/numbers/buy", buy_number, methods=["POST"]),
    Route("/numbers/cancel", cancel_number, methods=["POST"]),
    Route("/agents", get_agent, methods=["GET"]),
    Route("/agents/list", list_agents, methods=["GET"]),
]
