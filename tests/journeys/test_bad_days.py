"""Killed, paused, stopped: nothing acknowledged is lost, no finished step runs twice, the caller is always answered."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from console.sandbox.script import Script, ScriptTool, Turn
from tests.journeys.stage import Stage, staged, until

pytestmark = pytest.mark.journey

THREE_STEPS = """
description: A note, something slow, an alert.
on: {trigger}
steps:
  - id: note
    action: http.request
    with:
      url: ${{{{ vars.sandbox_url }}}}/crm/notes
      body: {{ event: '${{{{ event.id }}}}' }}
  - id: slow
    action: http.request
    with:
      url: ${{{{ vars.sandbox_url }}}}/crm/slow
      query: {{ seconds: {seconds} }}
    timeout: 20s
  - id: alert
    action: http.request
    with:
      url: ${{{{ vars.sandbox_url }}}}/alerts
      body: {{ event: '${{{{ event.id }}}}' }}
{answer}
"""


def rule(trigger: str, seconds: float, answer: str = "") -> str:
    return THREE_STEPS.format(trigger=trigger, seconds=seconds, answer=answer)


def folder(path: Path, **rules: str) -> Path:
    path.mkdir()
    (path / "vars.yaml").write_text("sandbox_url: http://127.0.0.1:1\n")
    for name, text in rules.items():
        (path / f"{name}.yaml").write_text(text)
    return path


def status_update(number: int) -> str:
    call = {"id": f"call-{number}", "type": "inbound_phone_call", "status": "in-progress"}
    message = {"type": "status-update", "timestamp": f"2026-01-05T09:30:{number:02d}.000Z", "call": call}
    return json.dumps({"message": message})


def tool_call(name: str, call_id: str) -> str:
    call = {"id": call_id, "type": "inbound_phone_call", "status": "in-progress"}
    tool = {"id": f"tool-{call_id}", "type": "function", "function": {"name": name, "arguments": {}}}
    return json.dumps({"message": {"type": "tool-calls", "call": call, "tool_call_list": [tool]}})


def step_states(stage: Stage, step: str) -> list[str]:
    assert stage.store
    with Redis.from_url(stage.store.url) as client:
        records = [client.hget(key, f"step:{step}") for key in client.keys("hs:run:*")]
    return [json.loads(record)["state"] for record in records if record]


def posts(stage: Stage, path: str) -> list[dict[str, Any]]:
    return [request for request in stage.requests(path) if request["method"] == "POST"]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    rules = folder(
        tmp_path / "rules",
        background=rule("status-update", 3),
        waiting=rule("{ tool-calls: book }", 2, "answer: { result: Booked. }\nwithin: 500ms\nlate: inject"),
    )
    data = tmp_path / "data"
    data.mkdir()
    with staged(data, rules, deadline="1s") as stage:
        yield stage


def test_everything_killed_in_the_middle(stage: Stage) -> None:
    replies = [stage.post(status_update(number)) for number in range(8)]
    assert {reply.status_code for reply in replies} == {200}
    ids = [reply.json()["event_id"] for reply in replies]
    until(lambda: step_states(stage, "note") == ["done"] * 8)

    stage.signal("worker", signal.SIGKILL)
    stage.signal("receiver", signal.SIGKILL)
    stage.kill_store()
    stage.start_store()
    stage.start("receiver", "worker")

    until(stage.settled)
    assert sorted({trace["event"]["status"] for trace in map(stage.trace, ids)}) == ["done"]
    assert len(posts(stage, "/crm/notes")) == 8
    alerts = posts(stage, "/alerts")
    assert len(alerts) == len({alert["idempotency_key"] for alert in alerts}) == 8


def test_a_killed_worker_is_replaced_while_the_caller_waits(stage: Stage) -> None:
    stage.start("worker2")
    reply = stage.post(tool_call("book", "c1"))
    assert "Booked" not in reply.text
    until(lambda: step_states(stage, "note") == ["done"])
    stage.signal("worker", signal.SIGKILL)
    stage.signal("worker2", signal.SIGKILL)
    stage.start("worker")
    until(stage.settled)
    assert len(posts(stage, "/crm/notes")) == 1
    assert len(posts(stage, "/alerts")) == 1


def test_a_worker_paused_past_its_lease_does_nothing_twice(stage: Stage) -> None:
    stage.post(tool_call("book", "c1"))
    until(lambda: step_states(stage, "slow") == ["started"])
    stage.signal("worker", signal.SIGSTOP)
    stage.start("worker2")
    until(lambda: posts(stage, "/alerts"))
    stage.signal("worker", signal.SIGCONT)
    until(stage.settled)
    with pytest.raises(AssertionError):
        until(lambda: len(posts(stage, "/alerts")) > 1, 2.5)
    assert len(posts(stage, "/crm/notes")) == 1


def test_no_worker_then_the_fallback_then_the_late_answer(stage: Stage) -> None:
    stage.signal("worker", signal.SIGTERM)
    turns = [Turn(tools=[ScriptTool(name="book")]), Turn(hold=400), Turn(hang_up=True)]
    with stage.sandbox() as sandbox:
        placed = sandbox.place_call(Script(generation="g3", turns=turns))

        def heard() -> str:
            return " ".join(sandbox.record(placed.id).heard())

        until(lambda: "I am still looking that up." in heard())
        stage.start("worker")
        until(lambda: "Booked." in heard())


def test_fifty_deliveries_are_one_event_with_one_effect(stage: Stage) -> None:
    body = status_update(1)
    ids = {stage.post(body).json()["event_id"] for _ in range(50)}
    assert len(ids) == 1
    until(stage.settled)
    assert len(posts(stage, "/crm/notes")) == 1
    assert len(stage.hookswitch_json("events")) == 1


def test_a_bad_rule_file_harms_only_itself(stage: Stage) -> None:
    bad = 'description: A typing mistake.\non: assistant-request\nif:\n  - call.form != ""\nanswer: { default: true }\n'
    (stage.rules / "bad.yaml").write_text(bad)
    stage.signal("worker", signal.SIGTERM)
    stage.start("worker")
    assert stage.post(status_update(5)).status_code == 200
    until(stage.settled)
    assert len(posts(stage, "/alerts")) == 1
    log = (stage.folder / "worker.log").read_text()
    assert 'bad.yaml:4:5 bad: unknown name \\"call.form\\"; did you mean \\"call.from\\"?' in log
