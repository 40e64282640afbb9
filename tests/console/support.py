"""Rules and stored events for tests of what reads both."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson

from rules.engine.loading.load import load_folder
from rules.engine.rule import Rule
from store.client import Store
from store.event import Call, Event, ToolCall
from store.events import Acceptance
from store.runs import Claim, RunId
from workers.vocabulary import vocabulary

CALLER, DIALLED = "+31612340001", "+31850000001"
NIGHT = """
description: Callers from the Netherlands reach the night agent.
on: assistant-request
if:
  - call.to == "+31850000001"
  - phone.country(call.from) == "NL"
answer: { assistant: night }
"""
LOOK_UP = """
description: Look the caller up.
on: { tool-calls: find }
steps:
  - id: customer
    action: http.request
    with: { url: "https://crm.example.com/customers", query: { phone: "${{ call.from }}" }, accept: [404] }
  - action: log
    with: { message: "status ${{ steps.customer.status }}" }
answer:
  - if: steps.customer.status == 200
    result: You are ${{ steps.customer.body.name }}.
  - result: I do not know you.
"""
FOUND = {"status": 200, "headers": {}, "body": {"name": "Ada Jansen"}, "text": ""}


def rules_of(folder: Path, **texts: str) -> tuple[Rule, ...]:
    """Rules from their texts, which also lie in the folder afterwards."""
    folder.mkdir(exist_ok=True)
    for name, text in texts.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    loaded = load_folder(folder, vocabulary({}))
    assert [finding.text for finding in loaded.findings if finding.severity == "error"] == []
    return loaded.rules


def call_comes_in(**changes: Any) -> Event:
    """An assistant-request."""
    call = Call(id="call-1", from_=CALLER, to=DIALLED, direction="inbound")
    return _event("assistant-request", call=call, **changes)


def tool_is_run(*names: str, **changes: Any) -> Event:
    """Tool calls of these names, with the ids call_1, call_2, ..."""
    tools = [ToolCall(id=f"call_{number}", name=name) for number, name in enumerate(names, 1)]
    return _event("tool-calls", call=Call(id="call-1", from_=CALLER, to=DIALLED), tools=tools, **changes)


def _event(kind: str, **changes: Any) -> Event:
    named = {"id": "evt_1", "connection": "desk", "provider": "flireo", "generation": "g3", "native": kind}
    received = {"received_at": datetime(2026, 3, 2, 19, 0, tzinfo=UTC)}
    return Event(**{**named, **received, "kind": kind, **changes})


async def keep(store: Store, event: Event, body: bytes = b"{}") -> Claim:
    """Accept the event as a receiver would, and claim its job as a worker would."""
    await store.events.accept(Acceptance(event, body, {"content-type": "application/json"}, lane="live"))
    batch = await store.queue.claim("worker", {"live": 1})
    return batch.jobs[0].claim


async def journal(store: Store, claim: Claim, run_id: RunId, **outputs: Any) -> None:
    """Write down what steps of a run gave."""
    records = {
        f"step:{key}": orjson.dumps({"state": "done", "action": "http.request", "attempts": [], "output": output})
        for key, output in outputs.items()
    }
    await store.runs.write(claim, run_id, {"version": b"sha256:1", **records})
