"""Flireo generations two and three: calls, live control, calling out.

Live commands are not idempotent. Generation one documents no such API, so its calls are not found here.
"""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from console.sandbox.exchange import NoWebhook
from console.sandbox.livecall import COMMANDS, LiveCall
from console.sandbox.platforms.common import body_object
from console.sandbox.platforms.flireo.rest import (
    FlireoError,
    account,
    find_assistant,
    first_complaint,
    invalid,
    own_number,
    page,
    read,
    unknown,
)
from console.sandbox.script import Script
from console.sandbox.state import sandbox_of
from console.sandbox.world import FlireoAssistant

PLAYED = frozenset({("flireo", "g2"), ("flireo", "g3")})
"""Platform and generation of the calls that this API knows."""


class OutboundCall(BaseModel):
    """The body of POST /calls/outbound."""

    model_config = ConfigDict(extra="forbid")

    destination: str
    number_id: str = ""
    """The account's first number when left out: it is recommended, not required."""
    assistant_id: str = ""
    agent_id: str = ""
    assistant_override: dict[str, Any] | None = None
    assistant: dict[str, Any] | None = None
    first_message: str = ""


async def list_calls(request: Request) -> JSONResponse:
    """GET /calls"""
    return JSONResponse(page(request, "calls", [_call(each) for each in _calls(request) if _fits(request, each)]))


async def get_call(request: Request) -> JSONResponse:
    """GET /calls/{id}"""
    return JSONResponse(_call(_known_call(request)))


async def control(request: Request) -> JSONResponse:
    """POST /calls/{id}/control"""
    call, sandbox = _known_call(request), sandbox_of(request)
    try:
        command = COMMANDS.validate_python(await body_object(request, invalid), strict=True)
    except ValidationError as error:
        raise invalid(first_complaint(error)) from error
    if not call.in_progress:
        raise invalid("The call is not active")
    allowance = sandbox.limiter.take(f"control {call.record.id}", sandbox.settings.commands_per_minute)
    if not allowance.allowed:
        headers = {"Retry-After": str(allowance.reset_in)}
        raise FlireoError(429, "rate_limit_exceeded", "Too many commands for this call", headers)
    call.apply(command)
    return JSONResponse({"success": True, "message": f"Command {command.type} sent"})


async def call_out(request: Request) -> JSONResponse:
    """POST /calls/outbound"""
    sandbox = sandbox_of(request)
    wanted = read(OutboundCall, await body_object(request, invalid))
    number = own_number(request, wanted.number_id) if wanted.number_id else account(request).own_numbers("custom")[0]
    assistant = _speaker(request, wanted)
    script = Script(generation=sandbox.options.flireo_outbound_generation, from_=number.number, to=wanted.destination)
    try:
        call = sandbox.exchange.dial(script, assistant, number.id)
    except NoWebhook as error:
        raise invalid(str(error)) from error
    return JSONResponse({"success": True, "call_id": call.record.id, "status": "dialing"})


def _speaker(request: Request, wanted: OutboundCall) -> FlireoAssistant:
    """The assistant of an outbound call: a saved one, changed or not, or one made up for this call."""
    saved_id = wanted.assistant_id or wanted.agent_id
    if bool(saved_id) == bool(wanted.assistant):
        raise invalid("give either assistant_id or assistant")
    base = find_assistant(request, saved_id).model_dump() if saved_id else {"id": "transient", "name": "Transient"}
    first = {"first_message": wanted.first_message} if wanted.first_message else {}
    allowed = set(FlireoAssistant.model_fields)
    override = {
        key: value for key, value in (wanted.assistant or wanted.assistant_override or {}).items() if key in allowed
    }
    return read(FlireoAssistant, base | override | first)


def _calls(request: Request) -> list[LiveCall]:
    """Calls of generation one, and of other platforms, are not in this API."""
    calls = sandbox_of(request).exchange.calls.values()
    return [call for call in reversed(list(calls)) if (call.record.platform, call.record.generation) in PLAYED]


def _known_call(request: Request) -> LiveCall:
    found = next((each for each in _calls(request) if each.record.id == request.path_params["id"]), None)
    if found is None:
        raise unknown("Call")
    return found


def _fits(request: Request, call: LiveCall) -> bool:
    query, record = request.query_params, call.record
    return (
        query.get("status", record.status) == record.status
        and query.get("start_date", "") <= record.placed_at
        and record.placed_at <= query.get("end_date", "9999")
    )


def _call(call: LiveCall) -> dict[str, Any]:
    record = call.record
    return {
        "id": record.id,
        "caller_phone": call.customer,
        "assistant_phone": call.line,
        "status": record.status,
        "direction": record.direction,
        "end_reason": record.end_reason or None,
        "error": record.error or None,
        "started_at": record.started_at,
        "ended_at": record.ended_at,
        "duration_seconds": int(record.duration),
        "summary": None,
        "analysis_result": None,
        "messages": record.messages(),
        "room_name": f"room-{record.id}",
        "recording_url": None,
        "agent_id": record.assistant_id,
        "number_id": call.number_id or None,
        "agent_name": record.assistant_name or None,
        "business_name": None,
        "phone_number": call.line,
        "created_at": record.placed_at,
        "updated_at": record.ended_at or record.placed_at,
    }


CALL_ROUTES = [
    Route("/calls", list_calls, methods=["GET"]),
    Route("/calls/outbound", call_out, methods=["POST"]),
    Route("/calls/{id}", get_call, methods=["GET"]),
    Route("/calls/{id}/control", control, methods=["POST"]),
]
