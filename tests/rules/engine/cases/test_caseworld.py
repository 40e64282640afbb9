from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from rules.engine.cases.caseworld import CaseWorld
from rules.engine.cases.testfile import Case
from rules.engine.vocabulary import Came
from tests.rules.engine.vocab import event, rule_of

RULE = rule_of("""\
description: x
on: end-of-call-report
steps:
  - { id: count, action: memory.add, with: { scope: caller, key: calls } }
  - { id: set, action: memory.set, with: { scope: call, key: k, value: v } }
  - { id: forget, action: memory.forget, with: { scope: caller, key: calls } }
  - { id: emit, action: emit, with: { event: later } }
  - { id: log, action: log, with: { message: x } }
  - { id: tell, action: notify, with: { to: x } }
  - { id: ask, action: http.request, with: { url: x } }
""")
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def world(memory: dict[str, Any] | None = None, **values: Any) -> CaseWorld:
    case = Case("r", "n", 1, NOON, {}, {}, memory or {}, {}, {})
    return CaseWorld(case, event("end-of-call-report", **values))


def perform(where: CaseWorld, key: str) -> Came | None:
    step = RULE.step(key)
    assert step is not None
    return where.perform(step, step.template.render(None))


def value(came: Came | None) -> Any:
    assert came is not None
    return came.output["value"]


def test_memory_is_counted_set_and_forgotten() -> None:
    where = world({"caller": {"calls": 2}})
    assert [value(perform(where, key)) for key in ("count", "set", "forget", "count")] == [3, "v", 3, 1]
    assert where.memory == {"call": {"k": "v"}, "caller": {"calls": 1}}
    assert where.before == {"caller": {"calls": 2}}


def test_nothing_is_kept_for_nobody() -> None:
    where = world({"caller": {"calls": 2}}, call_from="")
    assert value(perform(where, "count")) == 1
    assert (where.before, where.memory["caller"]) == ({}, {})


def test_who_we_call_is_the_caller() -> None:
    assert value(perform(world({"caller": {"calls": 2}}, call_from="", call_direction="outbound"), "count")) == 3


def test_text_cannot_be_counted() -> None:
    came = perform(world({"caller": {"calls": "many"}}), "count")
    assert came == Came("refused", {}, "what is remembered as calls is not a number")


def test_emitted_events_are_kept() -> None:
    where = world()
    assert perform(where, "emit") == Came("done", {"id": "evt_emitted_1"})
    assert where.emitted == [{"event": "later", "data": {}, "at": NOON}]


def test_what_gives_nothing_needs_no_stub() -> None:
    assert [perform(world(), key) for key in ("log", "tell", "ask")] == [Came("done"), Came("done"), None]
