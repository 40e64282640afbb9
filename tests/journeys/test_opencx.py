"""A call on OpenCX with real processes: three doors with a proof each, retries, what was said, and calling out."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console.sandbox.client import Ask, ask_fault
from console.sandbox.faults import Fault
from console.sandbox.record import CallRecord
from console.sandbox.script import Script, ScriptTool, Turn
from tests.journeys.stage import Stage, staged, until

pytestmark = pytest.mark.journey

RULES = {
    "find": """
description: Looks the caller up by what the agent asked for.
on: { tool-calls: find_customer }
connections: [opencx_desk]
steps:
  - id: customer
    action: http.request
    with: { url: "${{ vars.sandbox_url }}/crm/customers", query: { phone: "${{ tool.arguments.phone }}" } }
answer:
  result: The caller is ${{ steps.customer.body.name }}.
""",
    "book": """
description: That day is full.
on: { tool-calls: book_appointment }
connections: [opencx_desk]
answer:
  error: That day is full.
""",
    "collected": """
description: Keeps what the agent gathered with the contact.
on: data-collected
connections: [opencx_desk]
steps:
  - id: contact
    action: opencx.contact.upsert
    with: { phone: "${{ call.from }}", custom_data: { email: "${{ data.email }}" } }
  - action: http.request
    with:
      url: ${{ vars.sandbox_url }}/crm/notes
      body: { contact: "${{ steps.contact.id }}", new: "${{ steps.contact.created }}", email: "${{ data.email }}" }
""",
    "ended": """
description: Keeps what was said, and calls the caller back.
on: call-ended
connections: [opencx_desk]
if:
  - call.direction == "inbound"
  - call.from == "+31612340001"
steps:
  - id: talk
    action: call.get
  - action: http.request
    with:
      url: ${{ vars.sandbox_url }}/crm/notes
      body: { said: "${{ steps.talk.transcript }}", session: "${{ call.metadata.session_id }}" }
  - action: call.start
    with: { agent: agent_2, to: "${{ call.from }}" }
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
    script = Script.model_validate({"platform": "opencx", "turns": [*turns, Turn(hang_up=True)]} | more)
    with stage.sandbox() as sandbox:
        return sandbox.record(sandbox.place_call(script).id, wait=60)


def natives(stage: Stage) -> list[str]:
    return [each["native"] for each in stage.hookswitch_json("events", "--connection", "opencx_desk")]


def test_a_call_from_end_to_end(stage: Stage) -> None:
    with stage.sandbox() as sandbox:
        sandbox.ask(ask_fault(Fault(kind="duplicate", route="phone_call.started", copies=3)))
    record = play(
        stage,
        Turn(caller="Who am I?", tools=[ScriptTool(name="find_customer", arguments={"phone": "+31612340001"})]),
        Turn(tools=[ScriptTool(name="book_appointment", arguments={"day": "monday"})]),
        Turn(tools=[ScriptTool(name="nobody_knows")]),
        analysis={"email": "ada@example.com"},
    )
    said = record.heard()
    assert said[0] == "Hello"
    assert said[1:] == ["The caller is Ada de Vries.", "That day is full.", "I am still looking that up."]
    assert record.problems() == []

    notes = until(lambda: _two([each["body"] for each in stage.requests("/crm/notes") if each["status"]]))
    gathered = next(each for each in notes if "email" in each)
    assert (gathered["email"], gathered["new"]) == ("ada@example.com", False)
    talked = next(each for each in notes if "said" in each)
    assert "assistant: Hello" in talked["said"]
    assert "user: Who am I?" in talked["said"]
    assert talked["session"]

    (called,) = until(lambda: stage.requests("/opencx/phone/outbound-call"))
    assert called["body"] == {"phoneAgentId": "agent_2", "contact": {"phoneNumber": "+31612340001"}}
    until(lambda: both_over(stage) and stage.settled())
    assert natives(stage).count("phone_call.started") == 2


def both_over(stage: Stage) -> bool:
    with stage.sandbox() as sandbox:
        calls = sandbox.ask(Ask("GET", "/sandbox/calls"))
    return len(calls) == 2 and all(each["done"] for each in calls)


def _two(found: list[Any]) -> list[Any]:
    return found if len(found) >= 2 else []


def test_what_was_not_taken_comes_again(stage: Stage) -> None:
    stage.signal("receiver", signal.SIGTERM)
    with stage.sandbox() as sandbox:
        placed = sandbox.place_call(Script.model_validate({"platform": "opencx", "from": "+31612340002"}))
        until(lambda: sandbox.record(placed.id).ended_at)
        stage.start("receiver")
        record = sandbox.record(placed.id, wait=60)
    told = ["conversation.started", "phone_call.ended", "phone_call.started"]
    kept = natives(stage)
    assert sorted(each for each in kept if each in told) == told
    assert [each.status for each in record.deliveries if each.event in told] == [200, 200, 200]
