"""What the sandbox writes is what the receiver reads, and a whole call in jumping time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, get_args
from urllib.parse import parse_qsl

import pytest
from starlette.responses import JSONResponse
from starlette.types import Receive, Scope, Send

from console.sandbox.courier import encode
from console.sandbox.edge import read_body
from console.sandbox.livecall import LiveCall
from console.sandbox.platforms.fluents.events import FluentsEnvelope, ToolBody, named
from console.sandbox.platforms.fluents.signing import FluentsTarget, Method
from console.sandbox.record import CallRecord
from console.sandbox.script import ScriptTool
from receiver.doors import way_of
from receiver.providers.base import Answer
from receiver.providers.fluents import Fluents
from receiver.raw import RawDelivery
from store.connections import AuthEntry
from store.event import Event
from store.request import Request
from tests.console.sandbox.support import Box, Receiver, in_box

SECRET = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
URL = "http://receiver/hooks/desk/a-token"
AUTH = [AuthEntry(scheme="path_token", secret="a-token"), AuthEntry(scheme="hmac", secret=SECRET)]
TOOL = ScriptTool(id="call_1", name="look_up_order", arguments={"order_number": "A-1001"})
WHOLE_CALL = {
    "assistant-request", "call-started", "message", "tool-calls", "action", "call-ended", "transcript", "recording",
}  # fmt: skip


def a_call(**changes: Any) -> LiveCall:
    fields = {"id": "c1", "generation": "g3", "from": "+31612340001", "to": "+31850000001", "placed_at": ""}
    call = LiveCall(CallRecord.model_validate(fields | changes), lambda: 0.0, "n-1")
    call.caller_says("Has it shipped?")
    call.caller_hears("It has.")
    return call


def arrived(path: str, query: str, method: str, headers: dict[str, str], body: bytes) -> Event:
    """As our receiver takes it: verified, then normalised."""
    way = way_of(path.removeprefix("/hooks/desk/"))
    assert way is not None
    assert method in Fluents().doors[way.door]
    request = Request(method, way.door, way.tool, dict(parse_qsl(query)))
    raw = RawDelivery(body, headers, request, path_token=way.token)
    Fluents().verify(raw, AUTH, datetime.now(UTC))
    (event,) = Fluents().normalise(raw)
    return event


def read(name: str, payload: dict[str, Any], tool: str = "", method: Method = "POST") -> Event:
    target = FluentsTarget(URL, SECRET, events=method, context=method)
    sent = target.outgoing(name, encode(payload), 0, tool)
    path, _, query = sent.url.removeprefix("http://receiver").partition("?")
    return arrived(path, query, sent.method, {key.lower(): value for key, value in sent.headers.items()}, sent.content)


@pytest.mark.parametrize("shape", get_args(ToolBody))
def test_a_tool_in_both_shapes(shape: ToolBody) -> None:
    event = read("tool-calls", FluentsEnvelope(shape).tool_calls(a_call(), [TOOL]), TOOL.name)
    assert [(tool.name, tool.arguments) for tool in event.tools] == [(TOOL.name, TOOL.arguments)]
    assert event.call.id == ("c1" if shape == "envelope" else "")


@pytest.mark.parametrize("method", get_args(Method))
def test_who_calls(method: Method) -> None:
    event = read("assistant-request", FluentsEnvelope().assistant_request(a_call()), method=method)
    assert (event.kind, event.call.from_) == ("assistant-request", "+31612340001")


@pytest.mark.parametrize("method", get_args(Method))
@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        ("in-progress", "call-started", {"from": "+31612340001", "to": "+31850000001", "status": "in-progress"}),
        ("ended", "call-ended", {"status": "ended"}),
        ("error", "call-ended", {"status": "failed", "ended_reason": "busy"}),
    ],
)
def test_statuses(status: str, kind: str, expected: dict[str, str], method: Method) -> None:
    event = read(*named(FluentsEnvelope().status_update(a_call(error="busy"), status)), method=method)
    assert event.kind == kind
    assert event.call.model_dump(exclude_defaults=True, by_alias=True) == {"id": "c1", **expected}


def test_what_was_said_and_done() -> None:
    envelope, call = FluentsEnvelope(now=lambda: 1767000000.5), a_call()
    message = read(*named(envelope.message(call, "assistant")))
    assert (message.message.text, message.message.role) == ("It has.", "assistant")
    whole = read(*named(envelope.report(call, "", {})))
    assert whole.transcript.text == "HUMAN: Has it shipped?\nBOT: It has."
    assert whole.dedup_key
    action = read(*named(envelope.action(call, TOOL, "Shipped.")))
    assert (action.action.name, action.action.input) == ("look_up_order", TOOL.arguments)
    assert action.action.output == {"agent_message": "Shipped."}
    assert read(*named(envelope.recording(call))).recording.url.endswith("c1.mp3")


@dataclass
class Desk(Receiver):
    """Our provider as an ASGI webhook."""

    seen: list[Event] = field(default_factory=list)
    status: int = 200

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await read_body(receive) or b""
        headers = {name.decode(): value.decode() for name, value in scope["headers"]}
        event = arrived(scope["path"], scope["query_string"].decode(), scope["method"], headers, body)
        self.seen.append(event)
        answer: dict[str, Any] = {"assistant-request": {"variables": {"name": "Ada"}}}.get(
            event.kind, {"say": "Shipped."}
        )
        await JSONResponse(Fluents().reply(event, [Answer(answer)]).body, self.status)(scope, receive, send)


def play(desk: Desk, settings: dict[str, Any] | None = None, **script: Any) -> CallRecord:
    async def story(around: Box) -> CallRecord:
        if agent := around.sandbox.world.fluents.agent("agent-7f"):
            agent["initial_message"] = "Good day ${name}."
        turns = [{"caller": "Has it shipped?", "tools": [TOOL.model_dump(), {"name": "next"}]}, {"hang_up": True}]
        return await around.call(**({"platform": "fluents", "turns": turns} | script))

    return in_box(story, desk, fluents_url=URL, fluents_secret=SECRET, **settings or {})


@pytest.mark.parametrize(
    "settings", [{}, {"fluents_events": "GET", "fluents_context": "POST", "fluents_tools": "bare"}]
)
def test_a_whole_call(settings: dict[str, Any]) -> None:
    desk = Desk()
    record = play(desk, settings)
    assert record.problems() == []
    assert record.heard() == ["Good day Ada.", "Shipped. Shipped."]
    assert {event.kind for event in desk.seen} == WHOLE_CALL
    assert [tool.name for event in desk.seen for tool in event.tools] == ["look_up_order", "next"]
    assert [event.kind for event in desk.seen][-3:] == ["call-ended", "transcript", "recording"]
    assert [moment.text for moment in record.timeline if moment.kind == "knows"] == ["name: Ada"]


def test_a_number_that_no_agent_answers() -> None:
    desk = Desk()
    record = play(desk, to="+31850000002")
    assert (record.status, record.error) == ("error", "no agent answers this number")
    assert [(event.native, event.call.status) for event in desk.seen] == [
        ("event_phone_call_did_not_connect", "failed")
    ]


def test_without_an_answer_the_call_goes_on() -> None:
    record = play(Desk(status=500))
    assert record.heard()[0] == "Good day ."
    assert record.status == "ended"
    assert "assistant-request: the reply's status was 500" in record.problems()
