"""OpenCX: phone agents. `GET /phone` is a bare array; errors are `{"statusCode", "message", "error"}`.

What an unknown agent or field is answered with is not documented; 404 and 400 are used.
"""

from __future__ import annotations

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
    Route("/phone/{id}", update_agent, methods=["PATCH"]),
]
