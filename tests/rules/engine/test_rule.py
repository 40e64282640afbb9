from __future__ import annotations

from dataclasses import replace

import pytest

from rules.engine.loading.load import load_document
from rules.engine.playing.events import EventView
from rules.engine.rule import Source, in_order
from tests.rules.engine.vocab import VARS, VOCABULARY, event, load_text, rule_of, tool_event, tool_view

LOG = "steps: [{ action: log, with: { message: x } }]\n"


def listens(on: str, view: EventView, more: str = "") -> bool:
    return rule_of(f"description: x\non: {on}\n{more}{LOG}").listens(view)


@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("assistant-request", True),
        ("[tool-calls, assistant-request]", True),
        ("tool-calls", False),
        ("{ native: assistant-request }", True),
        ("{ native: tool-calls }", False),
        ("manual", False),
    ],
)
def test_listening_to_kinds(on: str, expected: bool) -> None:
    assert listens(on, event()) is expected


def test_listening_to_values() -> None:
    ended = event("status-update", call_status="ended")
    assert listens("{ status-update: [ended, failed] }", ended)
    assert not listens("{ status-update: ringing }", ended)
    assert listens("status-update", ended)
    emitted = replace(event("emitted"), values={**event().values, "event.name": "call_back"})
    assert listens("{ event: call_back }", emitted)
    assert not listens("{ event: other }", emitted)


def test_listening_to_tools_one_by_one() -> None:
    rule = rule_of(f"description: x\non: {{ tool-calls: [book, move] }}\n{LOG}")
    book, other = tool_view("book", "t1"), tool_view("cancel", "t2")
    view = tool_event(book, other)
    assert rule.listens(view)
    assert rule.listens_to_tool(view, book)
    assert not rule.listens_to_tool(view, other)
    assert not rule.listens(tool_event(other))
    every = rule_of(f"description: x\non: tool-calls\n{LOG}")
    assert every.listens_to_tool(view, other)
    assert every.listens_to_tool(replace(view, tools=()), None)


def test_listening_to_connections() -> None:
    view = event()
    assert listens("assistant-request", view, "connections: front_desk\n")
    assert not listens("assistant-request", replace(view, connection="other"), "connections: front_desk\n")
    assert listens("assistant-request", replace(view, connection=""), "connections: front_desk\n")


def test_a_schedule_belongs_to_one_rule() -> None:
    due = EventView("e", "schedule", name="ask_email")
    on = '{ schedule: { cron: "0 18 * * *" } }'
    assert listens(on, due, "connections: front_desk\n")
    assert not listens(on, replace(due, name="other"))
    assert listens("manual", replace(due, kind="manual"))


def test_order_of_turns() -> None:
    base = rule_of("description: x\non: tool-calls\nanswer: { result: x }\n")
    rules = [
        replace(base, name=name, priority=priority, backstop=backstop)
        for name, priority, backstop in [("c", 1, True), ("b", 100, False), ("a", 100, False), ("z", 5, False)]
    ]
    assert [rule.name for rule in in_order(rules)] == ["z", "a", "b", "c"]


def test_versions_follow_text_vars_and_assistants() -> None:
    source = Source("a", "rules/live/a.yaml", "text", "vars", {"assistants/x.json": "{}"})
    assert source.version == replace(source, path="elsewhere/a.yaml").version
    others = [
        replace(source, name="b"),
        replace(source, text="text2"),
        replace(source, vars_text="vars2"),
        replace(source, assistants={"assistants/x.json": "[]"}),
        replace(source, assistants={}),
        replace(source, text="textv", vars_text="ars"),
    ]
    assert len({source.version, *(other.version for other in others)}) == 7


def test_a_rule_can_be_made_again_from_its_document() -> None:
    text = "description: é\non: assistant-request\nif: call.to in vars.support_numbers\n"
    text += "answer: { config: assistants/night.json }\n"
    assistants = {"assistants/night.json": '{"name": "Night"}', "assistants/unused.json": "{}"}
    rule = load_text(text, assistants=assistants).rule
    assert rule is not None
    again = load_document(rule.document, VOCABULARY)
    assert (again.name, again.path, again.version) == (rule.name, rule.path, rule.version)
    assert again.answer[0].template.render(None) == {"config": {"name": "Night"}}
    assert again.variables == rule.variables
    assert again.source.vars_text == VARS


def test_the_names_of_every_place() -> None:
    text = """
description: All places.
on: { tool-calls: x }
if: call.from != ""
steps:
  - id: one
    if: tool.arguments.a == 1
    for_each: ${{ vars.support_numbers }}
    action: http.request
    with: { url: https://x.example.com, query: { n: '${{ item }}', d: '${{ event.id }}' } }
answer:
  - if: steps.one.outcome == "done"
    result: ${{ call.to }}
meanwhile: { result: '${{ tool.name }}' }
within: 2s
limit: { count: 1, per: 1m, key: call.id }
once: { key: event.connection }
concurrency: { key: event.provider, max: 1 }
"""
    rule = rule_of(text)
    assert rule.names == {
        "call.from", "tool.arguments", "vars.support_numbers", "item", "event.id", "steps.one.outcome", "call.to",
        "tool.name", "call.id", "event.connection", "event.provider",
    }  # fmt: skip
    assert rule.asked_first == {"call.from"}
