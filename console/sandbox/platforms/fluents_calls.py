"""Fluents: calls, as far as they can be ordered, looked at and ended. Nothing rings: a call waits until it is ended."""

from __future__ import annotations

import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from console.sandbox.livecall import wall_clock
from console.sandbox.platforms.common import body_object
from console.sandbox.platforms.fluents import account, invalid, page, unknown

NEEDED = (
    "to_number",
    "from_number",
    "agent_phone_number",
    "agent",
    "telephony_provider",
    "context",
    "telephony_params",
)


async def create_call(request: Request) -> JSONResponse:
    """POST /calls/create"""
    held, body = account(request), await body_object(request, invalid)
    for name in NEEDED:
        if name not in body:
            raise invalid(f"{name} should not be empty")
    agent = held.agent(str(body["agent"]))
    if agent is None or held.number(str(body["from_number"])) is None:
        raise unknown("Agent" if agent is None else "Number")
    held.calls.append(_call(body))
    return JSONResponse(held.calls[-1] | {"agent": agent}, 201)


async def get_call(request: Request) -> JSONResponse:
    """GET /calls?id="""
    call = _known(request)
    return JSONResponse(call | {"agent": account(request).agent(call["agent"])})


async def list_calls(request: Request) -> JSONResponse:
    """GET /calls/list"""
    return JSONResponse(page(request, account(request).calls))


async def end_call(request: Request) -> JSONResponse:
    """POST /calls/end?id="""
    call = _known(request)
    call |= {"status": "ended", "stage_outcome": "bot_disconnected", "end_time": wall_clock()}
    return JSONResponse(call)


def _known(request: Request) -> dict[str, Any]:
    found = account(request).call(request.query_params.get("id", ""))
    if found is None:
        raise unknown("Call")
    return found


def _call(body: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": str(uuid.uuid4()),
        "status": "not_started",
        "error_message": None,
        "recording_available": False,
        "transcript": None,
        "stage": "created",
        "stage_outcome": None,
        "start_time": None,
        "end_time": None,
        **{name: body[name] for name in NEEDED},
        "is_outgoing": True,
        "errors": [],
        "action_history": [],
    }


CALL_ROUTES = [
    Route("/calls", get_call, methods=["GET"]),
    Route("/calls/create", create_call, methods=["POST"]),
    Route("/calls/list", list_calls, methods=["GET"]),
    Route("/calls/end", end_call, methods=["POST"]),
]
