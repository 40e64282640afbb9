"""One rule file on every platform: each reply in the platform's own dialect, and why not where it has no words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from receiver.providers import PROVIDERS
from receiver.providers.base import Answer, Reply
from receiver.providers.samples import load_sample
from receiver.raw import RawDelivery
from rules.engine.loading.load import load_folder
from store.client import Store
from store.connections import AuthEntry, Connection
from store.event import Event
from tests.workers.support import Shop
from workers.vocabulary import vocabulary

TOOL = "look_up"
SUNDAY = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
PROOF = (AuthEntry(scheme="path_token", secret="example-token"),)


@dataclass(frozen=True)
class Desk:
    """A platform, or a generation of one, and its samples."""

    provider: str
    generation: Any = "auto"
    tools: str = ""
    asks: str = ""
    ends: str = ""

    def connection(self, name: str) -> Connection:
        return Connection(name=name, provider=self.provider, generation=self.generation, auth=PROOF)


DESKS = {
    "g1": Desk(
        "flireo", "g1", "flireo/tool-calls__g1", "flireo/assistant-request__g1", "flireo/end-of-call-report__g1"
    ),
    "g2": Desk(
        "flireo", "g2", "flireo/tool-calls__g2", "flireo/assistant-request__g2", "flireo/end-of-call-report__g2"
    ),
    "g3": Desk(
        "flireo", "g3", "flireo/tool-calls__g3", "flireo/assistant-request__g3", "flireo/end-of-call-report__g3"
    ),
    "fluents": Desk(
        "fluents",
        tools="fluents/action_external__any",
        asks="fluents/context_endpoint__any",
        ends="fluents/event_phone_call_ended__any",
    ),
    "opencx": Desk("opencx", tools="opencx/action__any", ends="opencx/phone_call.ended__any"),
    "vapi": Desk(
        "vapi",
        tools="vapi/tool-calls__any",
        asks="vapi/assistant-request__any",
        ends="vapi/end-of-call-report__any",
    ),
    "generic": Desk("generic", tools="generic/tools__any"),
}
CONNECTIONS = {name: desk.connection(name) for name, desk in DESKS.items()}


@pytest.fixture
def shop(store: Store, tmp_path: Path) -> Shop:
    """An installation with a connection to every platform."""
    return Shop(store, tmp_path, connections=dict(CONNECTIONS))


def came(name: str, sample: str) -> Event:
    """What a sample becomes on this connection; a tool is called `look_up` whatever the sample calls it."""
    provider, raw = PROVIDERS[DESKS[name].provider], replace(load_sample(sample), connection=name)
    (event,) = provider.normalise(raw)
    if not event.tools:
        return event
    request = replace(raw.request, tool=TOOL) if raw.request.tool else raw.request
    body = raw.body.replace(f'"{event.tools[0].name}"'.encode(), f'"{TOOL}"'.encode())
    (renamed,) = provider.normalise(RawDelivery(body, raw.headers, request, name))
    return renamed


async def answered(shop: Shop, name: str, sample: str, **fields: Any) -> tuple[Event, Reply]:
    """The event after a worker, and what the platform is told."""
    event = await shop.post(came(name, sample).model_copy(update=fields))
    await shop.work()
    cells = [tool.id for tool in event.tools] or [""]
    said = [Answer(tool_id=cell, body=await shop.said(event, cell)) for cell in cells]
    return event, PROVIDERS[event.provider].reply(event, said)


TOLD: dict[str, tuple[Any, Any]] = {
    "g1": (
        {"results": [{"toolCallId": "call_AAA111", "result": "It is on its way."}]},
        {"results": [{"toolCallId": "call_AAA111", "result": "Nobody knows."}]},
    ),
    "g2": (
        {"results": [{"toolCallId": "tool_aaa111", "result": "It is on its way."}]},
        {"results": [{"toolCallId": "tool_aaa111", "result": "Nobody knows."}]},
    ),
    "g3": (
        {"results": [{"tool_call_id": "tool_aaa111", "toolCallId": "tool_aaa111", "result": "It is on its way."}]},
        {"results": [{"tool_call_id": "tool_aaa111", "toolCallId": "tool_aaa111", "result": "Nobody knows."}]},
    ),
    "fluents": (
        {"result": {"message": "It is on its way."}},
        {"result": {"success": False, "message": "Nobody knows."}},
    ),
    "opencx": ({"result": "It is on its way."}, {"error": "Nobody knows."}),
    "vapi": (
        {"results": [{"toolCallId": "call_1", "name": TOOL, "result": "It is on its way."}]},
        {"results": [{"toolCallId": "call_1", "name": TOOL, "error": "Nobody knows."}]},
    ),
    "generic": (
        {"results": [{"id": "unnamed", "name": TOOL, "result": "It is on its way."}]},
        {"results": [{"id": "unnamed", "name": TOOL, "error": "Nobody knows."}]},
    ),
}
"""What each platform is told: a result, and an error, for which Flireo and Fluents have no word of their own."""


@pytest.mark.parametrize("name", DESKS)
@pytest.mark.parametrize("place", [0, 1], ids=["result", "error"])
async def test_a_tool_is_answered_in_every_dialect(shop: Shop, name: str, place: int) -> None:
    answer = ("result: It is on its way.", "error: Nobody knows.")[place]
    shop.rule("tool", f"on: {{ tool-calls: {TOOL} }}\nanswer: {{ {answer} }}\n")
    assert list(findings(shop.folder)) == []
    event, reply = await answered(shop, name, DESKS[name].tools)
    assert await shop.outcomes(event) == {f"tool:{event.tools[0].id}": "ran"}
    assert reply.body == TOLD[name][place]
    assert reply.status == (422 if (name, place) == ("opencx", 1) else 200)
    assert reply.problems == ()


def findings(folder: Path, name: str = "") -> Iterator[str]:
    """What `check` says of the rules, without whose connection it is about."""
    for each in load_folder(folder, vocabulary(CONNECTIONS)).findings:
        yield each.message.removeprefix(f"connection {name} ({DESKS[name].provider}) " if name else "")


def cannot(*keys: str) -> list[str]:
    return [f"cannot express {each} in an answer to assistant-request" for each in keys]


AFTER_HOURS = """
description: Outside opening hours somebody else answers.
on: assistant-request
connections: [DESK]
if: '!open_now({"mon-fri": "09:00-18:00"}, now)'
answer: ANSWER
"""
NIGHT = "0d3f9f0e-7a01-4c0e-9c55-0000000000a2"
NOBODY_ASKS = {name: [f"no platform sends assistant-request to {name}, so this never happens"] for name in DESKS}
BY_ITSELF = "`default`, which `variables` by itself means,"
SAYS: dict[str, tuple[str, dict[str, Any]]] = {
    "a saved assistant": (
        f"{{ assistant: {NIGHT}, max_duration: 5m }}",
        {
            "g1": cannot("`assistant`"),
            "g2": cannot("`assistant`"),
            "g3": {"assistant_id": NIGHT, "max_duration_seconds": 300},
            "fluents": cannot("`assistant`", "`max_duration`"),
            "vapi": {"assistantId": NIGHT, "assistantOverrides": {"maxDurationSeconds": 300}},
        },
    ),
    "the usual one, greeting otherwise": (
        '{ default: true, override: { firstMessage: "Good evening." } }',
        {
            "g1": cannot("`default`"),
            "g2": {"assistant": {"firstMessage": "Good evening."}},
            "g3": {"assistant": {"firstMessage": "Good evening."}},
            "fluents": cannot("`override`"),
            "vapi": cannot("`default`"),
        },
    ),
    "a configuration": (
        "{ config: { name: Night } }",
        {
            "g1": {"assistant": {"name": "Night"}},
            "g2": {"assistant": {"name": "Night"}},
            "g3": {"assistant": {"name": "Night"}},
            "fluents": cannot("`config`"),
            "vapi": {"assistant": {"name": "Night"}},
        },
    ),
    "variables": (
        "{ variables: { opening: We are closed. } }",
        {
            "g1": cannot(BY_ITSELF, "`variables`"),
            "g2": cannot("`variables`"),
            "g3": cannot("`variables`"),
            "fluents": {"opening": "We are closed."},
            "vapi": cannot(BY_ITSELF),
        },
    ),
    "variables for a saved assistant": (
        f"{{ assistant: {NIGHT}, variables: {{ opening: We are closed. }} }}",
        {
            "g1": cannot("`assistant`", "`variables`"),
            "g2": cannot("`assistant`", "`variables`"),
            "g3": cannot("`variables`"),
            "fluents": cannot("`assistant`"),
            "vapi": {"assistantId": NIGHT, "assistantOverrides": {"variableValues": {"opening": "We are closed."}}},
        },
    ),
    "a refusal": (
        "{ reject: We are closed. }",
        {
            "g1": cannot("`reject`"),
            "g2": {"error": "We are closed."},
            "g3": {"error": "We are closed."},
            "fluents": cannot("`reject`"),
            "vapi": {"error": "We are closed."},
        },
    ),
    "a transfer": (
        '{ transfer: "+31850000009" }',
        {
            "g1": cannot("`transfer`"),
            "g2": cannot("`transfer`"),
            "g3": cannot("`transfer`"),
            "fluents": cannot("`transfer`"),
            "vapi": {"destination": {"type": "number", "number": "+31850000009"}},
        },
    ),
}
"""The same rule with each answer: what the platform is told, or the sentences of `check`."""


@pytest.mark.parametrize("name", DESKS)
@pytest.mark.parametrize("answer", SAYS)
async def test_after_hours_is_said_in_every_dialect_that_can_say_it(shop: Shop, name: str, answer: str) -> None:
    written, outcomes = SAYS[answer]
    expected = (outcomes | {each: NOBODY_ASKS[each] for each in ("opencx", "generic")})[name]
    (shop.folder / "vars.yaml").write_text("timezone: Europe/Amsterdam\n")
    (shop.folder / "after_hours.yaml").write_text(AFTER_HOURS.replace("DESK", name).replace("ANSWER", written))
    if isinstance(expected, list):
        assert list(findings(shop.folder, name)) == expected
        return
    assert list(findings(shop.folder, name)) == []
    event, reply = await answered(shop, name, DESKS[name].asks, received_at=SUNDAY)
    assert await shop.outcomes(event) == {"after_hours:": "ran"}
    assert (reply.status, reply.body, reply.problems) == (200, expected, ())


@pytest.mark.parametrize("name", [name for name, desk in DESKS.items() if desk.ends])
async def test_the_end_of_a_call_reaches_one_rule_from_everywhere(shop: Shop, name: str) -> None:
    log = "steps: [{ action: log, with: { message: 'over: ${{ call.status }}' } }]\n"
    shop.rule("over", f"on: [end-of-call-report, call-ended]\n{log}")
    assert list(findings(shop.folder)) == []
    event = await shop.post(came(name, DESKS[name].ends))
    await shop.work()
    assert await shop.outcomes(event) == {"over:": "ran"}
    assert event.call.status == "ended"
