"""OpenCX: sequences, workflows and the actions of agents. A workflow is started at a URL of its own, without a key.

A change to a workflow makes a version that is not active, as documented; nothing here activates one.
"""

from __future__ import annotations

import uuid
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from console.sandbox.livecall import wall_clock
from console.sandbox.platforms.common import whole_number
from console.sandbox.platforms.opencx.common import Fields, OpenCXError, account, body_of, invalid, known, unknown
from console.sandbox.platforms.opencx.seed import WORKFLOW_TOKEN
from console.sandbox.things import Thing

HOOKS_BASE = "/opencx/workflow-hooks"
"""Where the URLs of workflows begin."""

SEQUENCE: Fields = {"name": str, "steps": list, "status": str}
WORKFLOW: Fields = {
    "name": str,
    "description": str,
    "trigger_type": str,
    "workflow_blocks": list,
    "trigger_configuration": dict,
    "trigger_constraints": dict,
    "workflow_editor_state": dict,
}
ACTION: Fields = {
    "name": str,
    "api_endpoint": str,
    "request_type": str,
    "payload": dict,
    "description": str,
    "operation_id": str,
    "enabled_on_channel": dict,
    "pinned": bool,
    "tags": list,
    "require_form_submission": bool,
}


async def create_sequence(request: Request) -> JSONResponse:
    """POST /sequences"""
    body = await body_of(request, SEQUENCE)
    own = {"name": "", "steps": [], "created_at": wall_clock()}
    return JSONResponse(account(request).save("sequences", own | body | {"status": "pending"}), 201)


async def get_sequence(request: Request) -> JSONResponse:
    """GET /sequences/{id}"""
    return JSONResponse(_sequence(request))


async def update_sequence(request: Request) -> JSONResponse:
    """PATCH /sequences/{id}"""
    found = _sequence(request)
    found.update(await body_of(request, SEQUENCE))
    return JSONResponse(found)


async def start_sequence(request: Request) -> JSONResponse:
    """PUT /sequences/{id}/start"""
    return _set(request, "active")


async def cancel_sequence(request: Request) -> JSONResponse:
    """PUT /sequences/{id}/cancel"""
    return _set(request, "canceled")


async def add_contacts(request: Request) -> JSONResponse:
    """POST /sequences/{id}/contacts"""
    _sequence(request)
    people = (await body_of(request)).get("contacts")
    fitting = isinstance(people, list) and all(isinstance(each, dict) and len(each) == 1 for each in people)
    if not people or not fitting:
        raise invalid("contacts must be a list, each with one of id, email and phone_number")
    return JSONResponse({"run_id": str(uuid.uuid4())})


async def create_workflow(request: Request) -> JSONResponse:
    """POST /workflows"""
    body = await body_of(request, WORKFLOW)
    if missing := [name for name in ("name", "trigger_type", "workflow_blocks") if name not in body]:
        raise invalid(f"{missing[0]} is required")
    own = {"description": "", "is_active": False, "version_number": 1, "created_at": wall_clock()}
    made = own | body | {"id": 1, "workflow_id": str(uuid.uuid4()), "updated_at": wall_clock()}
    account(request).workflows.append(made)
    return JSONResponse(_shown(request, made), 201)


async def get_workflow(request: Request) -> JSONResponse:
    """GET /workflows/{id}"""
    return JSONResponse(_shown(request, _workflow(request)))


async def update_workflow(request: Request) -> JSONResponse:
    """PATCH /workflows/{id}: the version in force stays in force"""
    found = _workflow(request)
    body = await body_of(request, WORKFLOW)
    version = found["version_number"] + 1
    return JSONResponse(_shown(request, {**found, **body, "version_number": version, "is_active": False}))


async def list_runs(request: Request) -> JSONResponse:
    """GET /workflows/{id}/runs"""
    workflow, query = _workflow(request), request.query_params
    page = whole_number(query, "page", 1, (1, 10**6), invalid)
    limit = whole_number(query, "limit", 20, (1, 50), invalid)
    runs = [each for each in _runs(request, workflow) if query.get("status", each["status"]) == each["status"]]
    pages = max(1, -(-len(runs) // limit))
    told = {"total_items": len(runs), "total_pages": pages, "has_next_page": page < pages, "current_page": page}
    return JSONResponse({"items": runs[(page - 1) * limit : page * limit], **told})


async def get_run(request: Request) -> JSONResponse:
    """GET /workflows/{id}/runs/{run}"""
    runs = _runs(request, _workflow(request))
    found = next((each for each in runs if each["id"] == request.path_params["run"]), None)
    if found is None:
        raise unknown("Run")
    return JSONResponse(found)


async def trigger(request: Request) -> JSONResponse:
    """POST the URL of a workflow; what is answered is not documented"""
    if request.path_params["token"] != WORKFLOW_TOKEN:
        raise unknown("Workflow")
    workflow = _workflow(request)
    if not workflow["is_active"]:
        raise OpenCXError(409, "conflict", "Workflow is not active")
    await body_of(request)
    now = wall_clock()
    told = {"workflow_id": workflow["workflow_id"], "status": "completed", "trigger_cause": "automatic"}
    times = {"duration_in_seconds": 0, "run_started_at": now, "run_ended_at": now, "created_at": now}
    run = account(request).save("runs", {**told, **times, "is_test_run": False})
    return JSONResponse({"run_id": run["id"]})


async def create_action(request: Request) -> JSONResponse:
    """POST /actions"""
    body = await body_of(request, ACTION)
    if not body.get("name") or not body.get("api_endpoint"):
        raise invalid("name and api_endpoint are required")
    own = {"request_type": "GET", "status": "active", "is_handoff_like": False, "created_at": wall_clock()}
    return JSONResponse(account(request).save("actions", own | body | {"updated_at": wall_clock()}), 201)


async def get_action(request: Request) -> JSONResponse:
    """GET /actions/{id}"""
    return JSONResponse(known(account(request).actions, request, "Action"))


async def update_action(request: Request) -> JSONResponse:
    """PATCH /actions/{id}"""
    found = known(account(request).actions, request, "Action")
    found.update(await body_of(request, ACTION), updated_at=wall_clock())
    return JSONResponse(found)


def _sequence(request: Request) -> Thing:
    return known(account(request).sequences, request, "Sequence")


def _set(request: Request, status: str) -> JSONResponse:
    found = _sequence(request)
    found["status"] = status
    return JSONResponse(found)


def _workflow(request: Request) -> Thing:
    wanted = request.path_params["id"]
    found = next((each for each in account(request).workflows if each["workflow_id"] == wanted), None)
    if found is None:
        raise unknown("Workflow")
    return found


def _runs(request: Request, workflow: Thing) -> list[Thing]:
    return [each for each in account(request).runs if each["workflow_id"] == workflow["workflow_id"]]


def _shown(request: Request, workflow: Thing) -> dict[str, Any]:
    """A workflow that waits for a webhook has a URL, wherever this API is reached."""
    if workflow["trigger_type"] != "webhook":
        return {**workflow, "webhook_url": None}
    base = str(request.base_url).rstrip("/") + HOOKS_BASE
    return {**workflow, "webhook_url": f"{base}/{workflow['workflow_id']}/{WORKFLOW_TOKEN}"}


AUTOMATION_ROUTES = [
    Route("/sequences", create_sequence, methods=["POST"]),
    Route("/sequences/{id}", get_sequence, methods=["GET"]),
    Route("/sequences/{id}", update_sequence, methods=["PATCH"]),
    Route("/sequences/{id}/start", start_sequence, methods=["PUT"]),
    Route("/sequences/{id}/cancel", cancel_sequence, methods=["PUT"]),
    Route("/sequences/{id}/contacts", add_contacts, methods=["POST"]),
    Route("/workflows", create_workflow, methods=["POST"]),
    Route("/workflows/{id}", get_workflow, methods=["GET"]),
    Route("/workflows/{id}", update_workflow, methods=["PATCH"]),
    Route("/workflows/{id}/runs", list_runs, methods=["GET"]),
    Route("/workflows/{id}/runs/{run}", get_run, methods=["GET"]),
    Route("/actions", create_action, methods=["POST"]),
    Route("/actions/{id}", get_action, methods=["GET"]),
    Route("/actions/{id}", update_action, methods=["PATCH"]),
]
HOOK_ROUTES = [Route("/{id}/{token}", trigger, methods=["POST"])]
"""Where workflows are started; the token in the URL is all the proof."""
