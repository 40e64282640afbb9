"""Fluents: numbers. Ids travel in the query, changes answer 201, expanded objects carry credentials.

`numbers/available` is documented in two forms: the older needs two parameters, the newer all four. `update`, `cancel`
and `detach` are told the number by `phone_number`, or, in newer texts, by `id`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from console.sandbox.platforms.common import whole_number
from console.sandbox.platforms.fluents.account import FluentsAccount
from console.sandbox.platforms.fluents.common import (
    account,
    body_of,
    done,
    invalid,
    is_older,
    only,
    page,
    require,
    unknown,
)
from console.sandbox.state import sandbox_of
from console.sandbox.things import Thing

UPDATABLE: Mapping[str, type | tuple[type, ...]] = {
    "outbound_only": bool,
    "label": (str, type(None)),
    "inbound_agent": (str, type(None)),
    "example_context": dict,
    "description": (str, type(None)),
}
ORDER: Mapping[str, type | tuple[type, ...]] = {
    "area_code": str,
    "phone_number": str,
    "telephony_provider": (str, dict),
    "telephony_account_connection": str,
    "inbound_agent": (str, type(None)),
}
IMPORT: Mapping[str, type | tuple[type, ...]] = {
    "phone_number": str,
    "telephony_account_connection": str,
    "outbound_only": bool,
    "inbound_agent": (str, type(None)),
}
ALWAYS_NEEDED = ("telephony_provider", "telephony_account_connection")
NEEDED_TOO = ("limit", "filters")
OLDER_ONLY = ("language", "interrupt_sensitivity", "endpointing_sensitivity", "ivr_navigation_mode")
NEWER_ONLY = ("post_call_prompt",)


async def list_numbers(request: Request) -> JSONResponse:
    """GET /numbers/list"""
    return JSONResponse(page(request, account(request).numbers))


async def get_number(request: Request) -> JSONResponse:
    """GET /numbers?phone_number="""
    held = account(request)
    found = held.number(request.query_params.get("phone_number", ""))
    if found is None:
        raise unknown("Number")
    return JSONResponse(held.expanded_number(found))


async def list_available(request: Request) -> JSONResponse:
    """GET /numbers/available"""
    held, query, older = account(request), request.query_params, is_older(request)
    require(query, ALWAYS_NEEDED if older else ALWAYS_NEEDED + NEEDED_TOO)
    if held.connection(query["telephony_account_connection"]) is None:
        raise unknown("Account connection")
    limit = whole_number(query, "limit", 10, (1, 100), invalid)
    items = [_offer(held, number, older) for number in held.stock[:limit]]
    return JSONResponse({"items": items, "total": len(held.stock)})


async def update_number(request: Request) -> JSONResponse:
    """POST /numbers/update?phone_number= (or id=)"""
    held, number = account(request), _selected(request)
    changes = await body_of(request)
    only(changes, UPDATABLE)
    if "inbound_agent" in changes:
        changes["inbound_agent_name"] = _agent_name(held, changes["inbound_agent"])
    number.update(changes)
    return done(request, number)


async def buy_number(request: Request) -> JSONResponse:
    """POST /numbers/buy"""
    held, body = account(request), await body_of(request)
    only(body, ORDER)
    require(body, ("phone_number", *ALWAYS_NEEDED))
    return done(request, _brought_in(held, held.stock, body))


async def link_number(request: Request) -> JSONResponse:
    """POST /numbers/link"""
    held, body = account(request), await body_of(request)
    only(body, IMPORT)
    require(body, ("phone_number", "telephony_account_connection"))
    number = _brought_in(held, held.carried, body)
    number["outbound_only"] = body.get("outbound_only", False)
    return done(request, number)


async def cancel_number(request: Request) -> JSONResponse:
    """POST /numbers/cancel?phone_number= (or id=)"""
    number = _selected(request)
    account(request).numbers.remove(number)
    return done(request, number | {"active": False})


async def detach_number(request: Request) -> JSONResponse:
    """POST /numbers/detach?phone_number= (or id=)"""
    held, number = account(request), _selected(request)
    held.numbers.remove(number)
    held.carried.append(number | {"inbound_agent": None, "inbound_agent_name": None})
    return done(request, held.expanded_number(number))


def _selected(request: Request) -> Thing:
    """The number that the query names, by the one key that is understood."""
    key = sandbox_of(request).options.fluents_number_key
    named = request.query_params.get(key, "")
    if not named:
        raise invalid(f"{key} should not be empty")
    field = "number" if key == "phone_number" else "id"
    found = next((each for each in account(request).numbers if each[field] == named), None)
    if found is None:
        raise unknown("Number")
    return found


def _brought_in(held: FluentsAccount, source: list[Thing], body: Mapping[str, Any]) -> Thing:
    """Move a number from where it is into the environment."""
    wanted = next((each for each in source if each["number"] == body["phone_number"]), None)
    if wanted is None or held.connection(body["telephony_account_connection"]) is None:
        raise unknown("Number" if wanted is None else "Account connection")
    agent = body.get("inbound_agent")
    number = wanted | {"inbound_agent": agent, "inbound_agent_name": _agent_name(held, agent)}
    source.remove(wanted)
    held.numbers.append(number)
    return number


def _agent_name(held: FluentsAccount, agent_id: str | None) -> str | None:
    if agent_id is None:
        return None
    agent = held.agent(agent_id)
    if agent is None:
        raise unknown("Agent")
    return str(agent["name"])


def _offer(held: FluentsAccount, number: Mapping[str, Any], older: bool) -> Thing:
    """An available number is documented as a full one, agent included, although nobody owns it."""
    shown = held.expanded_number({**number, "inbound_agent": held.agents[0]["id"]})
    hidden = NEWER_ONLY if older else OLDER_ONLY
    agent = {key: value for key, value in shown["inbound_agent"].items() if key not in hidden}
    connection = agent["openai_account_connection"]
    if older:
        connection = {key: value for key, value in connection.items() if key != "config"}
    return shown | {"inbound_agent": agent | {"openai_account_connection": connection}}


ROUTES = [
    Route("/numbers", get_number, methods=["GET"]),
    Route("/numbers/list", list_numbers, methods=["GET"]),
    Route("/numbers/available", list_available, methods=["GET"]),
    Route("/numbers/update", update_number, methods=["POST"]),
    Route("/numbers/buy", buy_number, methods=["POST"]),
    Route("/numbers/link", link_number, methods=["POST"]),
    Route("/numbers/cancel", cancel_number, methods=["POST"]),
    Route("/numbers/detach", detach_number, methods=["POST"]),
]
