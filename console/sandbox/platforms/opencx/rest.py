"""OpenCX: phone agents, voices, SIP and calling out.

`GET /phone` is a bare array, or what it was before; errors are `{"statusCode", "message", "error"}`, or nothing. What
an unknown agent or field is answered with is not documented; 404 and 400 are used. Nor is the answer to a call out;
here it is `{"success": true}`.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.sandbox.exchange import NoWebhook
from console.sandbox.livecall import wall_clock
from console.sandbox.platforms.opencx.common import (
    TEXT,
    Fields,
    OpenCXError,
    account,
    body_of,
    checked,
    invalid,
    known,
    unknown,
)
from console.sandbox.platforms.opencx.sessions import conversation
from console.sandbox.script import Script
from console.sandbox.settings import Options
from console.sandbox.state import sandbox_of
from console.sandbox.things import Thing

UPDATABLE: Fields = {
    "name": str,
    "type": str,
    "voice_id": TEXT,
    "language": list,
    "first_message": TEXT,
    "instructions": (list, type(None)),
    "handoff_phone_number": TEXT,
    "use_org_knowledgebase": bool,
    "actionIds": (list, type(None)),
}
CREATABLE: Fields = {**UPDATABLE, "model": str, "data_collection_fields": (list, type(None))}
LEFT_OUT_WHEN_SPARSE = ("type", "model", "background_noise_preset", "stt_model")
DESTINATION: Fields = {"name": str, "type": str, "value": str}
OUTBOUND_TRUNK: Fields = {
    "name": str,
    "host": str,
    "username": str,
    "password": str,
    "caller_number": str,
    "port": int,
    "transport": str,
}
SPELLINGS: Mapping[str, tuple[str, str]] = {
    "camel": ("phoneAgentId", "phoneNumber"),
    "snake": ("phone_agent_id", "phone_number"),
}


async def list_agents(request: Request) -> JSONResponse:
    """GET /phone"""
    options = sandbox_of(request).options
    own = [_shown(agent, options) for agent in account(request).own_agents()]
    return JSONResponse({"items": own, "next": None} if options.opencx_lists == "paged" else own)


async def create_agent(request: Request) -> JSONResponse:
    """POST /phone"""
    held, wanted = account(request), checked(await body_of(request), CREATABLE)
    if not wanted.get("name"):
        raise invalid("name is required")
    own = {**held.agents[0], "phone_number": None, "created_at": wall_clock(), "updated_at": wall_clock()}
    return JSONResponse(_shown(held.save("agents", own | wanted), sandbox_of(request).options))


async def update_agent(request: Request) -> JSONResponse:
    """PATCH /phone/{id}"""
    agent = _own_agent(request)
    agent.update(await body_of(request, UPDATABLE), updated_at=wall_clock())
    return JSONResponse(_shown(agent, sandbox_of(request).options))


async def delete_agent(request: Request) -> Response:
    """DELETE /phone/{id}; what is answered is not documented"""
    account(request).agents.remove(_own_agent(request))
    return Response(status_code=204)


async def list_voices(request: Request) -> JSONResponse:
    """GET /phone/voices"""
    voices, options = account(request).voices, sandbox_of(request).options
    return JSONResponse({"items": voices, "next": None} if options.opencx_lists == "paged" else voices)


async def call_out(request: Request) -> JSONResponse:
    """POST /phone/outbound-call: the agent's number calls, and the call is played where a webhook is set"""
    sandbox, held, body = sandbox_of(request), account(request), await body_of(request)
    agent_key, number_key = SPELLINGS[sandbox.options.opencx_outbound]
    contact = body.get("contact")
    number = contact.get(number_key) if isinstance(contact, dict) else None
    if not isinstance(body.get(agent_key), str) or not isinstance(number, str):
        raise invalid(f"{agent_key} and contact are required")
    agent = held.get(body[agent_key])
    if agent is None:
        raise unknown("Phone agent")
    ours = str(agent.held["phone_number"] or "")
    try:
        sandbox.exchange.dial(Script(platform="opencx", from_=ours, to=number), agent, ours)
    except NoWebhook:
        held.sessions.append(conversation(str(uuid.uuid4()), number, wall_clock()))
    return JSONResponse({"success": True})


async def put_inbound_trunk(request: Request) -> JSONResponse:
    """POST /phone/sip/inbound-trunk"""
    body = await body_of(request, {"phone_numbers": list, "krisp_enabled": bool})
    return JSONResponse(_trunk(body.get("phone_numbers", [])) | body)


async def remove_inbound_number(request: Request) -> JSONResponse:
    """DELETE /phone/sip/inbound-trunk/phone-numbers/{number}"""
    return JSONResponse(_trunk([]))


async def create_outbound_trunk(request: Request) -> JSONResponse:
    """POST /phone/sip/outbound-trunks"""
    body = await body_of(request, OUTBOUND_TRUNK)
    if missing := [name for name in tuple(OUTBOUND_TRUNK)[:5] if not body.get(name)]:
        raise invalid(f"{missing[0]} is required")
    made = {"id": str(uuid.uuid4()), "name": body["name"], "created_at": wall_clock(), "updated_at": wall_clock()}
    return JSONResponse(made)


async def create_destination(request: Request) -> JSONResponse:
    """POST /phone/sip/transfer-destinations"""
    return JSONResponse(account(request).save("destinations", await _destination(request)))


async def replace_destination(request: Request) -> JSONResponse:
    """PUT /phone/sip/transfer-destinations/{id}"""
    held = known(account(request).destinations, request, "Destination")
    held.update(await _destination(request))
    return JSONResponse(held)


async def attach_destination(request: Request) -> JSONResponse:
    """POST /phone/sip/agents/{id}/transfer-destinations"""
    _own_agent(request)
    body = await body_of(request, {"destination_id": str})
    if body.get("destination_id") not in [each["id"] for each in account(request).destinations]:
        raise unknown("Destination")
    return JSONResponse({"destination_id": body["destination_id"]})


async def _destination(request: Request) -> Thing:
    body = await body_of(request, DESTINATION)
    if len(body) < len(DESTINATION) or body["type"] not in ("phone", "sip"):
        raise invalid("name, type (phone or sip) and value are required")
    return body | {"created_at": wall_clock(), "updated_at": wall_clock()}


def _own_agent(request: Request) -> Thing:
    held = account(request)
    agent = known(held.agents, request, "Phone agent")
    if agent["org_id"] != held.org_id:
        raise OpenCXError(403, "forbidden", "No access to this phone agent")
    return agent


def _trunk(numbers: list[str]) -> dict[str, Any]:
    return {
        "id": "trunk_1",
        "sip_endpoint": "sip:sandbox.example.com",
        "auth_username": "sandbox",
        "auth_password": "example-password",
        "phone_numbers": numbers,
        "krisp_enabled": False,
        "agent_id_header": "X-Agent-Id",
    }


def _shown(agent: Mapping[str, Any], options: Options) -> dict[str, Any]:
    hidden = LEFT_OUT_WHEN_SPARSE if options.opencx_form == "sparse" else ()
    return {key: value for key, value in agent.items() if key not in hidden}


ROUTES = [
    Route("/phone", list_agents, methods=["GET"]),
    Route("/phone", create_agent, methods=["POST"]),
    Route("/phone/voices", list_voices, methods=["GET"]),
    Route("/phone/outbound-call", call_out, methods=["POST"]),
    Route("/phone/sip/inbound-trunk", put_inbound_trunk, methods=["POST"]),
    Route("/phone/sip/inbound-trunk/phone-numbers/{number}", remove_inbound_number, methods=["DELETE"]),
    Route("/phone/sip/outbound-trunks", create_outbound_trunk, methods=["POST"]),
    Route("/phone/sip/transfer-destinations", create_destination, methods=["POST"]),
    Route("/phone/sip/transfer-destinations/{id}", replace_destination, methods=["PUT"]),
    Route("/phone/sip/agents/{id}/transfer-destinations", attach_destination, methods=["POST"]),
    Route("/phone/{id}", update_agent, methods=["PATCH"]),
    Route("/phone/{id}", delete_agent, methods=["DELETE"]),
]
