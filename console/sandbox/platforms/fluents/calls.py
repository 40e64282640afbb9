"""Fluents: calls, those that were played and those that were ordered. What is ordered waits until it is ended.

What is answered for a number on the do-not-call list is not documented; here the call is over at once.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.sandbox.livecall import wall_clock
from console.sandbox.platforms.fluents.account import FluentsAccount
from console.sandbox.platforms.fluents.common import (
    account,
    body_of,
    chosen,
    done,
    invalid,
    is_older,
    only,
    page,
    unknown,
)
from console.sandbox.platforms.fluents.played import played_call
from console.sandbox.state import sandbox_of
from console.sandbox.things import Thing

NEEDED = (
    "to_number",
    "from_number",
    "agent_phone_number",
    "agent",
    "telephony_provider",
    "context",
    "telephony_params",
)
FIELDS = {
    **dict.fromkeys(NEEDED, (str, dict, type(None))),
    "on_no_human_answer": str,
    "run_do_not_call_detection": bool,
    "hipaa_compliant": bool,
    "is_outgoing": bool,
}
SILENCE = b"\xff\xfb\x90\x00" + bytes(413)
"""One frame of MP3."""
RECORDING = SILENCE * 40


async def create_call(request: Request) -> JSONResponse:
    """POST /calls/create"""
    held, body = account(request), await body_of(request)
    for name in NEEDED:
        if name not in body:
            raise invalid(f"{name} should not be empty")
    only(body, FIELDS)
    number = held.number(str(body["from_number"]))
    if number is None or held.agent(str(body["agent"])) is None:
        raise unknown("Agent" if number else "Number")
    call = _call(held, body) | {"telephony_account_connection": number["telephony_account_connection"]}
    held.calls.append(call)
    return done(request, held.expanded_call(call))


async def get_call(request: Request) -> JSONResponse:
    """GET /calls?id="""
    held = account(request)
    return JSONResponse(held.expanded_call(chosen(request, _calls(request), "Call")))


async def list_calls(request: Request) -> JSONResponse:
    """GET /calls/list: normalised; in older documents with times as numbers"""
    calls = _calls(request)
    return JSONResponse(page(request, [_with_numbers(each) for each in calls] if is_older(request) else calls))


async def end_call(request: Request) -> JSONResponse:
    """POST /calls/end?id="""
    held = account(request)
    live = sandbox_of(request).exchange.calls.get(request.query_params.get("id", ""))
    if live and live.record.platform == "fluents":
        live.end("assistant_hangup")
        return JSONResponse(held.expanded_call(played_call(held, live)))
    call = chosen(request, held.calls, "Call")
    call |= {"status": "ended", "stage_outcome": "bot_disconnected", "end_time": wall_clock()}
    return JSONResponse(held.expanded_call(call))


async def recording(request: Request) -> Response:
    """GET /calls/recording?id="""
    if not chosen(request, _calls(request), "Call")["recording_available"]:
        raise unknown("Recording")
    return Response(RECORDING, media_type="audio/mpeg")


def _calls(request: Request) -> list[Thing]:
    held, played = account(request), sandbox_of(request).exchange.calls.values()
    return [*held.calls, *(played_call(held, each) for each in played if each.record.platform == "fluents")]


def _call(held: FluentsAccount, body: dict[str, Any]) -> Thing:
    refused = not held.may_call(str(body["to_number"]))
    return {
        "id": str(uuid.uuid4()),
        "user_id": held.user_id,
        "status": "ended" if refused else "not_started",
        "error_message": "The number is on the do-not-call list" if refused else None,
        "errors": [],
        "recording_available": False,
        "transcript": None,
        "human_detection_result": None,
        "do_not_call_result": None,
        "telephony_id": None,
        "telephony_metadata": None,
        "stage": "created",
        "stage_outcome": "call_did_not_connect" if refused else None,
        "start_time": None,
        "end_time": None,
        "on_no_human_answer": "continue",
        "run_do_not_call_detection": False,
        "hipaa_compliant": False,
        **body,
        "is_outgoing": True,
        "action_history": [],
    }


def _with_numbers(call: Thing) -> Thing:
    times = {name: call[name] for name in ("start_time", "end_time")}
    return call | {name: time and datetime.fromisoformat(time).timestamp() for name, time in times.items()}


CALL_ROUTES = [
    Route("/calls", get_call, methods=["GET"]),
    Route("/calls/create", create_call, methods=["POST"]),
    Route("/calls/list", list_calls, methods=["GET"]),
    Route("/calls/end", end_call, methods=["POST"]),
    Route("/calls/recording", recording, methods=["GET"]),
]
