"""OpenCX: phone agents, calls out and conversations.

`GET /phone` is a bare array; errors are `{"statusCode", "message", "error"}`. What an unknown agent or field is
answered with is not documented; 404 and 400 are used. Nor is the answer to a call out; here it is `{"success": true}`,
and each call begins a conversation of its own.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from console.sandbox.livecall import wall_clock
from console.sandbox.platforms.common import PlatformError, body_object
from console.sandbox.seed import OPENCX_ORG
from console.sandbox.settings import Options
from console.sandbox.state import sandbox_of
from console.sandbox.world import with_id

OPTIONAL_TEXT = (str, type(None))
UPDATABLE: Mapping[str, type | tuple[type, ...]] = {
    "name": str,
    "type": str,
    "voice_id": OPTIONAL_TEXT,
    "language": list,
    "first_message": OPTIONAL_TEXT,
    "instructions": (list, type(None)),
    "handoff_phone_number": OPTIONAL_TEXT,
    "use_org_knowledgebase": bool,
    "actionIds": (list, type(None)),
}
LEFT_OUT_WHEN_SPARSE = ("type", "model", "background_noise_preset", "stt_model")


class OpenCXError(PlatformError):
    """A refusal of OpenCX."""

    def body(self, options: Options) -> dict[str, Any]:
        return {"statusCode": self.status, "message": self.message, "error": HTTPStatus(self.status).phrase}


def invalid(message: str) -> OpenCXError:
    return OpenCXError(400, "bad_request", message)


async def list_agents(request: Request) -> JSONResponse:
    """GET /phone"""
    sandbox = sandbox_of(request)
    own = [agent for agent in sandbox.world.opencx if agent["org_id"] == OPENCX_ORG]
    return JSONResponse([_shown(agent, sandbox.options) for agent in own])


async def update_agent(request: Request) -> JSONResponse:
    """PATCH /phone/{id}"""
    sandbox = sandbox_of(request)
    agent = with_id(sandbox.world.opencx, request.path_params["id"])
    if agent is None:
        raise OpenCXError(404, "not_found", "Phone agent not found")
    if agent["org_id"] != OPENCX_ORG:
        raise OpenCXError(403, "forbidden", "No access to this phone agent")
    agent.update(_checked(await body_object(request, invalid)), updated_at=wall_clock())
    return JSONResponse(_shown(agent, sandbox.options))


async def call_out(request: Request) -> JSONResponse:
    """POST /phone/outbound-call"""
    sandbox, body = sandbox_of(request), await body_object(request, invalid)
    contact = body.get("contact")
    number = contact.get("phoneNumber") if isinstance(contact, dict) else None
    if not isinstance(body.get("phoneAgentId"), str) or not isinstance(number, str):
        raise invalid("phoneAgentId and contact are required")
    agent = with_id(sandbox.world.opencx, body["phoneAgentId"])
    if agent is None or agent["org_id"] != OPENCX_ORG:
        raise OpenCXError(404, "not_found", "Phone agent not found")
    sandbox.world.sessions.append(_session(number))
    return JSONResponse({"success": True})


async def list_sessions(request: Request) -> JSONResponse:
    """GET /chat/sessions"""
    query = request.query_params
    after, channel = query.get("created_after", ""), query.get("channel_type", "phone_voice")
    newest = reversed(sandbox_of(request).world.sessions)
    items = [each for each in newest if each["created_at"] >= after and each["channel"]["type"] == channel]
    return JSONResponse({"items": items, "next": None})


async def get_session(request: Request) -> JSONResponse:
    """GET /chat/sessions/{id}"""
    found = with_id(sandbox_of(request).world.sessions, request.path_params["id"])
    if found is None:
        raise OpenCXError(404, "not_found", "Session not found")
    return JSONResponse(found)


def _session(number: str) -> dict[str, Any]:
    now = wall_clock()
    return {
        "id": str(uuid.uuid4()),
        "status": "open",
        "ai_closure_type": None,
        "summary": None,
        "channel": {"type": "phone_voice"},
        "contact": {"id": str(uuid.uuid4()), "email": None, "phone_number": number, "name": None, "custom_data": {}},
        "created_at": now,
        "updated_at": now,
    }


def _checked(changes: dict[str, Any]) -> dict[str, Any]:
    for name, value in changes.items():
        if name not in UPDATABLE:
            raise invalid(f"{name} cannot be changed")
        if not isinstance(value, UPDATABLE[name]):
            raise invalid(f"{name} has the wrong type")
    return changes


def _shown(agent: Mapping[str, Any], options: Options) -> dict[str, Any]:
    hidden = LEFT_OUT_WHEN_SPARSE if options.opencx_form == "sparse" else ()
    return {key: value for key, value in agent.items() if key not in hidden}


ROUTES = [
    Route("/phone", list_agents, methods=["GET"]),
    Route("/phone/outbound-call", call_out, methods=["POST"]),
    Route("/chat/sessions", list_sessions, methods=["GET"]),
    Route("/chat/sessions/{id}", get_session, methods=["GET"]),
    Route("/phone/{id}", update_agent, methods=["PATCH"]),
]
