from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from console.sandbox.client import SandboxClient, SandboxRefused, ask_fault, ask_requests, call_path, read_event
from console.sandbox.faults import Fault
from console.sandbox.record import CallRecord, Moment
from console.sandbox.script import Script
from tests.console.sandbox.process import Running
from tests.console.sandbox.support import Box, in_box


def test_ids_are_encoded() -> None:
    assert call_path("call-_+31/a b", "/stream") == "/sandbox/calls/call-_%2B31%2Fa%20b/stream"


def test_following_a_call() -> None:
    async def story(around: Box) -> tuple[list[Moment | CallRecord], CallRecord]:
        placed = await around.client.place_call(Script(generation="g2"))
        followed = [each async for each in around.client.follow(placed.id)]
        return followed, await around.client.record(placed.id)

    followed, record = in_box(story)
    assert followed[-1] == record
    assert followed[:-1] == record.timeline


def test_following_nothing() -> None:
    async def story(around: Box) -> list[Any]:
        return [each async for each in around.client.follow("none")]

    with pytest.raises(SandboxRefused, match="404: no such call"):
        in_box(story)


def test_faults_and_requests() -> None:
    async def story(around: Box) -> list[str]:
        await around.client.ask(ask_fault(Fault(kind="server_error")))
        await around.http.get("/crm/notes")
        seen = await around.client.ask(ask_requests("/crm"))
        return [each["fault"] for each in seen]

    assert in_box(story) == ["server_error"]


def answering(status: int, **response: Any) -> SandboxClient:
    return SandboxClient(transport=httpx.MockTransport(lambda _: httpx.Response(status, **response)))


@pytest.mark.parametrize(
    ("response", "reason"),
    [({"json": {"error": "no"}}, "no"), ({"text": "<html>"}, "<html>"), ({"json": ["odd"]}, "odd")],
)
def test_a_refusal_says_why(response: dict[str, Any], reason: str) -> None:
    with answering(409, **response) as client, pytest.raises(SandboxRefused, match=reason) as caught:
        client.place_call(Script())
    assert caught.value.status == 409


def test_the_blocking_client_with_nobody_to_call(running: Running) -> None:
    with SandboxClient(running.url) as client, pytest.raises(SandboxRefused, match="HOOKSWITCH_SANDBOX_G3_URL"):
        client.place_call(Script())


def test_the_blocking_client_follows() -> None:
    record = {"id": "c", "generation": "g3", "from": "a", "to": "b", "placed_at": ""}
    lines = [{"at": 0, "kind": "note", "text": "hi"}, {"call": record}]
    text = "".join(f"{json.dumps(line)}\n" for line in lines)
    with answering(200, text=text) as client:
        moment, last = client.follow("c")
    assert isinstance(moment, Moment)
    assert moment.text == "hi"
    assert isinstance(last, CallRecord)


def test_the_blocking_client_sends_an_event(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text('{"message": {"type": "status-update"}}')
    asked: list[Any] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(json.loads(request.content))
        return httpx.Response(200, json={"status": 200})

    with SandboxClient(transport=httpx.MockTransport(handle)) as client:
        assert client.send_event(path, "g2") == {"status": 200}
    payload = {"message": {"type": "status-update"}}
    assert asked == [{"payload": payload, "platform": "flireo", "generation": "g2", "kind": "", "copies": 1}]


def test_an_event_file_holds_an_object(tmp_path: Path) -> None:
    path = tmp_path / "event.json"
    path.write_text("[]")
    with pytest.raises(ValueError, match="not a JSON object"):
        read_event(path)
