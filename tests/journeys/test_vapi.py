"""A call on Vapi with real processes: who takes it, a tool in time, one that is late, the report, and calling out."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from console.sandbox.record import CallRecord
from console.sandbox.script import Script, ScriptTool, Turn
from tests.journeys.stage import Stage, staged, until

pytestmark = pytest.mark.journey

RULES = {
    "greet": """
description: A known caller is greeted by name.
on: assistant-request
connections: [vapi_desk]
if: call.from == "+31612340001"
answer:
  assistant: 0d3f9f0e-7a01-4c0e-9c55-0000000000e2
  override: { firstMessage: "Good day, Ada." }
  metadata: { asked: "${{ event.id }}" }
""",
    "find": """
description: Looks the caller up.
on: { tool-calls: find_customer }
steps:
  - id: customer
    action: http.request
    with: { url: "${{ vars.sandbox_url }}/crm/customers", query: { phone: "${{ call.from }}" } }
answer:
  result: The caller is ${{ steps.customer.body.name }}.
""",
    "slow": """
description: Takes longer than anybody waits.
on: { tool-calls: check_stock }
steps:
  - action: http.request
    with: { url: "${{ vars.sandbox_url }}/crm/slow", query: { seconds: 1.5 } }
    timeout: 10s
answer: { result: There are twelve in stock. }
within: 500ms
meanwhile: { result: One moment please. }
late: inject
""",
    "note": """
description: Keeps what was said, and calls the caller back.
on: end-of-call-report
connections: [vapi_desk]
if: call.direction == "inbound"
steps:
  - action: http.request
    with:
      url: ${{ vars.sandbox_url }}/crm/notes
      body: { call: "${{ call.id }}", said: "${{ report.transcript }}", why: "${{ call.ended_reason }}" }
  - action: call.start
    with: { agent: 0d3f9f0e-7a01-4c0e-9c55-0000000000e1, from: "+31850000001", to: "${{ call.from }}" }
  - action: number.link
    with: { number: "+31850000002", agent: 0d3f9f0e-7a01-4c0e-9c55-0000000000e1 }
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
    script = Script.model_validate({"platform": "vapi", "turns": [*turns, Turn(hang_up=True)]} | more)
    with stage.sandbox() as sandbox:
        return sandbox.record(sandbox.place_call(script).id, wait=60)


def test_a_call_from_end_to_end(stage: Stage) -> None:
    record = play(
        stage,
        Turn(caller="Who am I?", tools=[ScriptTool(name="find_customer")]),
        Turn(tools=[ScriptTool(name="check_stock")]),
        Turn(hold=100),
    )
    said = record.heard()
    assert said[0] == "Good day, Ada."
    assert "The caller is Ada de Vries." in said
    assert "One moment please." in said
    assert any("There are twelve in stock." in text for text in said)
    assert record.problems() == []

    (note,) = until(lambda: [each for each in stage.requests("/crm/notes") if each["status"]])
    assert note["body"]["why"] == "customer-ended-call"
    assert "AI: Good day, Ada." in note["body"]["said"]
    assert (
        until(lambda: [each for each in stage.requests("/vapi/call") if each["method"] == "POST"])[0]["status"] == 201
    )
    assert until(lambda: [each for each in stage.requests("/vapi/phone-number/") if each["method"] == "PATCH"])

    commands = stage.requests("/vapi/control/")
    assert [each["body"]["type"] for each in commands] == ["add-message"]
    asked = stage.hookswitch_json("events", "assistant-request", "--connection", "vapi_desk")[0]
    trace = stage.trace(asked["id"])
    assert {answer["rule"] for answer in trace["answers"]} == {"greet"}
    tools = stage.hookswitch_json("events", "tool-calls", "--connection", "vapi_desk")
    late = str([stage.trace(each["id"]) for each in tools])
    assert commands[0]["path"].rpartition("/")[2] not in late
    assert "'policy': 'inject', 'outcome': 'done'" in late


def test_without_a_rule_the_fallback_names_the_assistant(stage: Stage) -> None:
    record = play(stage, from_="+31612340002")
    assert record.heard() == ["Good morning, this is the day desk."]
    assert record.problems() == []
