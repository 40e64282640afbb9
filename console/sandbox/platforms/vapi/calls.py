"""Vapi: calls, calling out, and the control URL of a live call, which needs no key: its token is all the proof."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pydantic import ValidationError
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from console.sandbox.exchange import NoWebhook
from console.sandbox.livecall import COMMANDS, LiveCall
from console.sandbox.platforms.common import body_object
from console.sandbox.platforms.vapi.messages import STATUSES, VapiEnvelope, ended_reason
from console.sandbox.platforms.vapi.replies import target_of
from console.sandbox.platforms.vapi.rest import VapiError, account, filtered, invalid
from console.sandbox.script import Script, complaints
from console.sandbox.state import sandbox_of

FILES = (
    "mono-recording",
    "stereo-recording",
    "video-recording",
    "customer-recording",
    "assistant-recording",
    "pcap",
    "call-logs",
)
CONTROLS = frozenset({"mute-assistant", "unmute-assistant", "mute-customer", "unmute-customer", "say-first-message"})


async def create_call(request: Request) -> JSONResponse:
    """POST /call: one outbound call by a saved assistant, from a saved number"""
    held, body = account(request), await body_object(request, invalid)
    assistant = held.assistants.get(str(body.get("assistantId")))
    number = held.numbers.get(str(body.get("phoneNumberId")))
    customer = body.get("customer")
    called = customer.get("number") if isinstance(customer, dict) else None
    name = _name(body)
    if assistant is None or number is None or not isinstance(called, str):
        raise invalid("assistantId, phoneNumberId and customer.number must be given and known")
    script = Script(platform="vapi", from_=number.number or "", to=called)
    try:
        call = sandbox_of(request).exchange.dial(script, assistant, number.id, name)
    except NoWebhook as error:
        raise invalid(str(error)) from error
    return JSONResponse(_shown(request, call) | {"status": "queued"}, 201)


async def list_calls(request: Request) -> JSONResponse:
    """GET /call"""
    return JSONResponse(filtered(request, [_shown(request, each) for each in _calls(request)]))


async def get_call(request: Request) -> JSONResponse:
    """GET /call/{id}"""
    return JSONResponse(_shown(request, _known(request)))


async def rename_call(request: Request) -> JSONResponse:
    """PATCH /call/{id}: only its name can be changed"""
    call, body = _known(request), await body_object(request, invalid)
    if set(body) != {"name"}:
        raise invalid("only name can be changed")
    call.record.name = _name(body)
    return JSONResponse(_shown(request, call))


async def delete_call(request: Request) -> JSONResponse:
    """DELETE /call/{id}: what is kept of a call that is over; of several where the body has `ids`, some time later"""
    if await request.body():
        return await _delete_calls(request)
    call = _known(request)
    shown = _shown(request, call)
    del sandbox_of(request).exchange.calls[call.record.id]
    return JSONResponse(shown)


async def _delete_calls(request: Request) -> JSONResponse:
    ids = (await body_object(request, invalid)).get("ids")
    if not isinstance(ids, list):
        raise invalid("ids must be an array")
    for call_id in ids:
        sandbox_of(request).exchange.calls.pop(str(call_id), None)
    return JSONResponse({})


async def get_file(request: Request) -> Response:
    """GET /call/{id}/{file}: a redirect to where a recording or log of a call lies once it is over"""
    call = _known(request)
    if not call.record.ended_at:
        raise VapiError(404, "NotFound", "The call has no such file.")
    return RedirectResponse(f"https://files.example.com/{call.record.id}/{request.url.path.rpartition('/')[2]}", 302)


async def control(request: Request) -> Response:
    """POST the control URL; what it answers is not documented, so it is an empty object"""
    token = request.path_params["token"]
    call = next((each for each in _calls(request) if each.token == token), None)
    if call is None or not call.in_progress:
        raise VapiError(404, "NotFound", "The call is not live.")
    body = await body_object(request, invalid)
    noted = _noted(request, body)
    if noted:
        call.note(noted)
        return JSONResponse({})
    command = _command(body)
    try:
        call.apply(COMMANDS.validate_python(command, strict=True))
    except ValidationError as error:
        raise invalid(complaints(error)) from error
    return JSONResponse({})


def _name(body: Mapping[str, Any]) -> str:
    name = body.get("name", "")
    if not isinstance(name, str) or len(name) > 40:
        raise invalid("name must be shorter than or equal to 40 characters")
    return name


def _known(request: Request) -> LiveCall:
    found = next((each for each in _calls(request) if each.record.id == request.path_params["id"]), None)
    if found is None:
        raise VapiError(404, "NotFound", "Couldn't find the call.")
    return found


def _noted(request: Request, body: Mapping[str, Any]) -> str:
    """What the timeline says of a command that nobody hears; empty for the others."""
    if body.get("type") == "control" and body.get("control") in CONTROLS:
        return f"control: {body['control']}"
    if body.get("type") == "handoff":
        destination = body.get("destination")
        wanted = destination.get("assistantId") if isinstance(destination, dict) else None
        if wanted not in account(request).assistants:
            raise invalid("destination.assistantId must be a known assistant")
        return f"handoff: {wanted}"
    return ""


def _command(body: Mapping[str, Any]) -> dict[str, Any]:
    """The sandbox's own command for one of Vapi's; raises VapiError for those it does not play."""
    write = _COMMANDS.get(str(body.get("type")))
    if write is None:
        raise invalid("type must be one of say, add-message, control, end-call, transfer, handoff")
    return write(body)


def _say(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "say", "content": body.get("content"), "end_after": body.get("endCallAfterSpoken", False)}


def _add_message(body: Mapping[str, Any]) -> dict[str, Any]:
    message = body.get("message")
    content = message.get("content") if isinstance(message, dict) and message.get("role") else None
    return {
        "type": "inject-context",
        "content": content,
        "trigger_response": body.get("triggerResponseEnabled", True),
    }


def _end_call(_: Mapping[str, Any]) -> dict[str, Any]:
    return {"type": "end-call"}


def _transfer(body: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "transfer",
        "destination": target_of(body.get("destination")),
        "message": body.get("content", ""),
    }


_COMMANDS: Mapping[str, Callable[[Mapping[str, Any]], dict[str, Any]]] = {
    "say": _say,
    "add-message": _add_message,
    "end-call": _end_call,
    "transfer": _transfer,
}


def _calls(request: Request) -> list[LiveCall]:
    calls = sandbox_of(request).exchange.calls.values()
    return [each for each in calls if each.record.platform == "vapi"]


def _shown(request: Request, call: LiveCall) -> dict[str, Any]:
    sandbox, record = sandbox_of(request), call.record
    envelope = VapiEnvelope(sandbox.settings.vapi_control_base)
    status = STATUSES.get(record.status, record.status)
    more = {
        "name": record.name or None,
        "startedAt": record.started_at,
        "endedAt": record.ended_at,
        "endedReason": ended_reason(call) or None,
    }
    left = envelope.left(call) if record.ended_at else {}
    return envelope.call(call, status) | {key: value for key, value in more.items() if value} | left


CALL_ROUTES = [
    Route("/call", create_call, methods=["POST"]),
    Route("/call", list_calls, methods=["GET"]),
    Route("/call/{id}", get_call, methods=["GET"]),
    Route("/call/{id}", rename_call, methods=["PATCH"]),
    Route("/call/{id}", delete_call, methods=["DELETE"]),
    *(Route(f"/call/{{id}}/{file}", get_file, methods=["GET"]) for file in FILES),
]
CONTROL_ROUTES = [Route("/{token}", control, methods=["POST"])]
