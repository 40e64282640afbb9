from __future__ import annotations

from typing import Any

import pytest

from store.runs import RunId
from tests.store.builders import an_event
from tests.workers.support import Poke, Shop, add_action
from workers.clients.errors import Invalid
from workers.desk import lay_out
from workers.ran import Ran, so_far
from workers.stepping import RunState

STEPS = """
on: status-update
if: call.id == "call_1"
steps:
  - { id: a, action: test.poke, with: { value: 1 } }
  - { id: b, action: test.poke, if: steps.a.value == 2 }
  - { id: c, for_each: '${{ [1, 2, 3] }}', action: test.poke, on_error: continue, with: { value: '${{ item }}' } }
  - { id: d, action: test.poke, with: { value: stop } }
  - { id: e, action: test.poke }
"""


async def test_a_stopped_run_tells_what_it_has_decided_and_done(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    async def body(_context: Any, value: Any) -> Any:
        if value == 2:
            raise Invalid("no")
        if value == "stop":
            await shop.pause("all")
        return value

    add_action(monkeypatch, "test.poke", Poke(body))
    shop.rule("rule", STEPS)
    event = await shop.post(an_event())
    await shop.work()
    await shop.resume("all")
    _, lease = await shop.take()
    stored = await shop.store.events.get(event.id)
    assert stored
    work = lay_out(shop.desk, stored, lease)
    run_id = RunId(event.id, "rule")
    state = RunState(run_id, shop.desk.rules.rules[0], await work.journal(run_id))
    played = so_far(work, state, None, "paused")
    assert [(step.key, step.outcome, step.error) for step in played.steps] == [
        ("a", "done", ""), ("b", "skipped", ""), ("c", "failed", "no"), ("d", "done", ""),
    ]  # fmt: skip
    assert [(each.place, each.value) for each in played.conditions] == [("if", True), ("steps[1].if", False)]
    assert (played.outcome, Ran(played, state).failed_for_good) == ("paused", False)
