"""Events that belong to one rule, of a schedule and by hand: explained and played again like any other."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from console.past.explain import explanation
from console.past.replay import rehearsal, replay_live
from store.client import Store
from store.event import Event
from tests.console.support import NIGHT, keep, rules_of

OWN = """
description: It runs by itself and by hand.
on: { schedule: { cron: "0 18 * * *" }, manual: }
steps: [{ action: log, with: { message: '${{ event.name }} ${{ now }}' } }]
"""


def own_event(kind: str) -> Event:
    due = datetime(2026, 3, 2, 19, tzinfo=UTC)
    return Event(id="evt_1", kind=kind, native=kind, name="night", received_at=due)


@pytest.mark.parametrize("kind", ["schedule", "manual"])
async def test_events_of_one_rule_are_played_again_by_that_rule(store: Store, tmp_path: Path, kind: str) -> None:
    await keep(store, own_event(kind))
    stored = await store.events.get("evt_1")
    assert stored is not None
    told = await rehearsal(store, stored, rules_of(tmp_path, night=OWN, other=OWN))
    (rule,) = told["rules"]
    assert (rule["rule"], rule["outcome"]) == ("night", "ran")
    assert rule["steps"][0]["with"] == {"message": "night 2026-03-02T19:00:00Z"}
    (event_id,) = await replay_live(store, stored)
    again = await store.events.get(event_id)
    assert again is not None
    assert (again.event.kind, again.event.name) == (kind, "night")
    assert again.event.received_at == stored.event.received_at


@pytest.mark.parametrize("kind", ["schedule", "manual"])
async def test_events_of_one_rule_are_explained(store: Store, tmp_path: Path, kind: str) -> None:
    await keep(store, own_event(kind))
    found = await explanation(store, "evt_1", rules_of(tmp_path, night=OWN, other=OWN, caller=NIGHT))
    assert found is not None
    assert [(rule["rule"], rule["outcome"], rule["why"]) for rule in found["rules"]] == [
        ("night", "ran", "it has no condition")
    ]
    assert {each["rule"]: each["why"] for each in found["not_listening"]} == {
        "other": f"this {kind} belongs to rule night",
        "caller": f"it listens to assistant-request, and this is {kind} of rule night",
    }
