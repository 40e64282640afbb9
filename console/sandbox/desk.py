"""The sandbox's own routes under `/sandbox`: place and follow calls, order faults, look at what was seen."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from console.sandbox.courier import encode
from console.sandbox.edge import SeenRequest
from console.sandbox.exchange import NoWebhook, target_of
from console.sandbox.faults import Fault
from console.sandbox.livecall import LiveCall
from console.sandbox.manners import manner_of
from console.sandbox.record import CallRecord
from console.sandbox.script import Generation, Platform, Script, complaints
from console.sandbox.settings import Options
from console.sandbox.state import sandbox_of

M = TypeVar("M", bound=BaseModel)

LONGEST_WAIT = 120.0
"""Seconds a request for a record may wait for the call's end."""
RECORDS: TypeAdapter[list[CallRecord]] = TypeAdapter(list[CallRecord])
REQUESTS: TypeAdapter[list[SeenRequest]] = TypeAdapter(list[SeenRequest])
FAULTS: TypeAdapter[list[Fault]] = TypeAdapter(list[Fault])


class OwnEvent(BaseModel):
    """An event written by hand, signed and sent as the platform would. `kind` goes into X-Webhook-Event."""

    model_config = ConfigDict(extra="forbid")

    platform: Platform = "flireo"
    generation: Generation = "g3"
    kind: str = ""
    payload: dict[str, Any]
    tool: str = Field("", description="the name of the tool, where each has a URL")
    copies: int = Field(1, ge=1, le=20)

    def event(self) -> str:
        """The kind as given, else as the payload says."""
        inner = self.payload.get("message")
        told = inner.get("type") if isinstance(inner, dict) else self.payload.get("eventType", self.payload.get("type"))
        return self.kind or str(told or "unknown")


async def place_call(request: Request) -> Response:
    """POST /sandbox/calls: a script; 201 with the call's record so far"""
    script = _read(Script, await request.body())
    try:
        call = sandbox_of(request).exchange.ring(script)
    except NoWebhook as error:
        raise HTTPException(409, str(error)) from error
    return _json(call.record.model_dump_json(), 201)


async def list_calls(request: Request) -> Response:
    """GET /sandbox/calls"""
    records = [call.record for call in sandbox_of(request).exchange.calls.values()]
    return _json(RECORDS.dump_json(records, by_alias=True))


async def get_call(request: Request) -> Response:
    """GET /sandbox/calls/{id}?wait=: the record, at the end of the call or after so many seconds"""
    call = _call(request)
    await call.wait_done(_seconds(request.query_params.get("wait", "0")))
    return _json(call.record.model_dump_json())


async def stream_call(request: Request) -> Response:
    """GET /sandbox/calls/{id}/stream: one JSON moment a line as they happen, last `{"call": {...}}`"""
    return StreamingResponse(_lines(_call(request)), media_type="application/x-ndjson")


async def send_event(request: Request) -> Response:
    """POST /sandbox/events: deliver one event to the account's webhook; tells the reply"""
    sandbox, own = sandbox_of(request), _read(OwnEvent, await request.body())
    script = Script(platform=own.platform, generation=own.generation)
    try:
        target = target_of(sandbox.settings, script, None)
    except NoWebhook as error:
        raise HTTPException(409, str(error)) from error
    deadline = manner_of(script, sandbox.settings, sandbox.options).deadline(own.event())
    reply = await sandbox.courier.deliver(target, own.event(), encode(own.payload), deadline, own.copies, own.tool)
    shown = {"event": own.event(), "status": reply.status, "seconds": round(reply.seconds, 3), "error": reply.error}
    return JSONResponse(shown | {"reply": reply.text, "copies_agree": reply.copies_agree})


async def add_fault(request: Request) -> Response:
    """POST /sandbox/faults"""
    fault = _read(Fault, await request.body())
    sandbox_of(request).faults.add(fault)
    return _json(fault.model_dump_json(), 201)


async def list_faults(request: Request) -> Response:
    """GET /sandbox/faults: those still to happen"""
    return _json(FAULTS.dump_json(sandbox_of(request).faults.pending()))


async def clear_faults(request: Request) -> Response:
    """DELETE /sandbox/faults"""
    sandbox_of(request).faults.clear()
    return Response(status_code=204)


async def list_requests(request: Request) -> Response:
    """GET /sandbox/requests?path=: API requests seen, oldest first; `path` is the beginning of theirs"""
    beginning = request.query_params.get("path", "")
    seen = [each for each in sandbox_of(request).ledger if each.path.startswith(beginning)]
    return _json(REQUESTS.dump_json(seen))


async def get_options(request: Request) -> Response:
    """GET /sandbox/options"""
    return _json(sandbox_of(request).options.model_dump_json())


async def patch_options(request: Request) -> Response:
    """PATCH /sandbox/options"""
    options = sandbox_of(request).options
    wanted = _read(Options, await request.body())
    for name in wanted.model_fields_set:
        setattr(options, name, getattr(wanted, name))
    return _json(options.model_dump_json())


async def reset(request: Request) -> Response:
    """POST /sandbox/reset"""
    await sandbox_of(request).reset()
    return Response(status_code=204)


async def ready(request: Request) -> Response:
    """GET /sandbox/ready"""
    return JSONResponse({"ready": True})


def _read(model: type[M], body: bytes) -> M:
    try:
        return model.model_validate_json(body or b"{}")
    except ValidationError as error:
        raise HTTPException(422, complaints(error)) from error


def _call(request: Request) -> LiveCall:
    call = sandbox_of(request).exchange.calls.get(request.path_params["id"])
    if call is None:
        raise HTTPException(404, "no such call")
    return call


async def _lines(call: LiveCall) -> AsyncIterator[str]:
    async for moment in call.follow():
        yield f"{moment.model_dump_json()}\n"
    yield f'{{"call":{call.record.model_dump_json()}}}\n'


def _seconds(text: str) -> float:
    try:
        return min(LONGEST_WAIT, max(0.0, float(text)))
    except ValueError as error:
        raise HTTPException(422, "wait must be a number of seconds") from error


def _json(body: str | bytes, status: int = 200) -> Response:
    return Response(body, status, media_type="application/json")


ROUTES = [
    Route("/ready", ready, methods=["GET"]),
    Route("/calls", place_call, methods=["POST"]),
    Route("/calls", list_calls, methods=["GET"]),
    Route("/calls/{id}", get_call, methods=["GET"]),
    Route("/calls/{id}/stream", stream_call, methods=["GET"]),
    Route("/events", send_event, methods=["POST"]),
    Route("/faults", add_fault, methods=["POST"]),
    Route("/faults", list_faults, methods=["GET"]),
    Route("/faults", clear_faults, methods=["DELETE"]),
    Route("/requests", list_requests, methods=["GET"]),
    Route("/options", get_options, methods=["GET"]),
    Route("/options", patch_options, methods=["PATCH"]),
    Route("/reset", reset, methods=["POST"]),
]
