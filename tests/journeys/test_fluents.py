"""A call on Fluents with real processes: its variables, a signed tool, what is told of it, and what is refused."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from console.sandbox.record import CallRecord
from console.sandbox.script import Script, ScriptTool, Turn
from tests.journeys.stage import Stage, staged, until

pytestmark = pytest.mark.journey

RULES = {
    "greet": """
description: The agent knows who calls.
on: assistant-request
connections: [fluents_desk]
steps:
  - id: customer
    action: http.request
    with: { url: "${{ vars.sandbox_url }}/crm/customers", query: { phone: "${{ call.from }}" }, accept: [404] }
answer:
  - if: steps.customer.status == 200
    variables: { name: "${{ steps.customer.body.name }}", calls: "${{ 3 }}" }
within: 1s
""",
    "number": """
description: Fluents tells the number once, and tools need it later.
on: call-started
connections: [fluents_desk]
steps:
  - action: memory.set
    with: { scope: call, key: phone, value: "${{ call.from }}" }
""",
    "order": """
description: Looks the order up.
on: { tool-calls: look_up_order }
connections: [fluents_desk]
answer:
  - if: tool.arguments.order_number == "A-1001"
    result: { status: shipped, phone: '${{ memory.call.?phone.orValue("") }}' }
    say: Your order has shipped.
  - error: There is no such order.
""",
    "note": """
description: Keeps what was said.
on: transcript
connections: [fluents_desk]
steps:
  - action: http.request
    with:
      url: ${{ vars.sandbox_url }}/crm/notes
      body: { call: "${{ call.id }}", said: "${{ transcript.text }}" }
""",
}


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    rules, data = tmp_path / "rules", tmp_path / "data"
    rules.mkdir()
    data.mkdir()
    (rules / "vars.yaml").write_text("sandbox_url: http://127.0.0.1:1\n")
    for name, text in RULES.items():
        (rules / f"{name}.yaml").write_text(text)
    with staged(data, rules) as stage:
        yield stage


def play(stage: Stage, *turns: Turn, **more: Any) -> CallRecord:
    script = Script.model_validate({"platform": "fluents", "turns": [*turns, Turn(hang_up=True)]} | more)
    with stage.sandbox() as sandbox:
        return sandbox.record(sandbox.place_call(script).id, wait=60)


def ask(order: str) -> ScriptTool:
    return ScriptTool(name="look_up_order", arguments={"order_number": order})


def test_a_call_from_end_to_end(stage: Stage) -> None:
    record = play(
        stage,
        Turn(caller="Has it shipped?", pause=40),
        Turn(tools=[ask("A-1001")]),
        Turn(tools=[ask("B-2"), ask("B-2")]),
    )
    assert record.problems() == []
    assert [moment.text for moment in record.timeline if moment.kind == "knows"] == ["calls: 3, name: Ada de Vries"]
    assert record.heard()[1:] == ["Your order has shipped.", "There is no such order. There is no such order."]
    (first, *_) = [sent for sent in record.deliveries if sent.event == "tool-calls"]
    assert '"phone":"+31612340001"' in first.reply

    (note,) = until(lambda: [each for each in stage.requests("/crm/notes") if each["status"]])
    assert note["body"]["call"] == record.id
    assert "HUMAN: Has it shipped?" in note["body"]["said"]
    until(stage.settled)
    kinds = [event["kind"] for event in stage.hookswitch_json("events", "--connection", "fluents_desk")]
    assert kinds.count("tool-calls") == 3
    assert {"assistant-request", "call-started", "message", "action", "call-ended", "recording"} <= set(kinds)


def test_an_unknown_caller_and_nobody_with_a_wrong_proof(stage: Stage) -> None:
    call = stage.hookswitch_json("simulate", "call", "--connection", "fluents_desk", "--from", "+31612349999")
    record = CallRecord.model_validate(call)
    assert record.platform == "fluents"
    assert record.problems() == []
    assert [moment.text for moment in record.timeline if moment.kind == "knows"] == []
    assert record.heard()[1:] == ["I am still looking that up."]

    token = stage.environ()["FLUENTS_DESK_TOKEN"]
    hooks = f"{stage.url}/hooks/fluents_desk"
    with httpx.Client(trust_env=False) as client:
        asked = {"phone_number": "31612340001"}
        assert client.get(f"{hooks}/{token}/context", params=asked).json() == {"name": "Ada de Vries", "calls": "3"}
        assert client.get(f"{hooks}/context", params=asked).status_code == 401
        assert client.get(f"{hooks}/wrong/context", params=asked).status_code == 401
        assert client.post(f"{hooks}/{token}/tools/look_up_order", json={"payload": {}}).status_code == 401
        assert client.get(f"{hooks}/{token}/tools/look_up_order").status_code == 405
        told = {"type": "event_error", "call_id": "c", "payload": '{"message": "Broken"}'}
        event = client.get(f"{hooks}/{token}", params=told).json()["event_id"]
    until(stage.settled)
    assert stage.trace(event)["event"]["kind"] == "error"
