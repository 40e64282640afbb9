from __future__ import annotations

from pathlib import Path

from console.pastbook import events_with_past, past_of
from store.client import Store
from store.runs import RunId
from tests.console.support import CALLER, FOUND, LOOK_UP, NIGHT, call_comes_in, journal, keep, rules_of, tool_is_run
from workers.desk import event_view

VIP = "description: Known.\non: assistant-request\nif: has(memory.caller.vip)\nanswer: { assistant: vip }\n"


async def test_journals_are_found_by_rule_and_tool(store: Store, tmp_path: Path) -> None:
    event = tool_is_run("find", "other")
    claim = await keep(store, event)
    await journal(store, claim, RunId("evt_1", "look_up", "call_1"), customer=FOUND)
    rules = rules_of(tmp_path, look_up=LOOK_UP, night=NIGHT)
    stored = await store.events.get("evt_1")
    assert stored is not None
    past = await past_of(store, stored, event_view(stored.event), rules)
    assert {place: list(records) for place, records in past.journals.items()} == {("look_up", "call_1"): ["customer"]}


async def test_events_come_oldest_first_with_what_is_known_of_each(store: Store, tmp_path: Path) -> None:
    for number in (1, 2):
        claim = await keep(store, tool_is_run("find", id=f"evt_{number}"))
        await journal(store, claim, RunId(f"evt_{number}", "look_up", "call_1"), customer={**FOUND, "status": number})
    rules = rules_of(tmp_path, look_up=LOOK_UP)
    seen = [
        (stored.event.id, past.journals[("look_up", "call_1")]["customer"]["output"]["status"])
        async for stored, _, past in events_with_past(store, 0, rules)
    ]
    assert seen == [("evt_1", 1), ("evt_2", 2)]


async def test_events_before_the_moment_are_left_out(store: Store, tmp_path: Path) -> None:
    await keep(store, call_comes_in())
    stored = await store.events.get("evt_1")
    assert stored is not None
    later = events_with_past(store, stored.received_ms + 1, rules_of(tmp_path, night=NIGHT))
    assert [event.event.id async for event, _, _ in later] == []


async def test_memory_is_read_only_for_rules_that_ask(store: Store, tmp_path: Path) -> None:
    await keep(store, call_comes_in())
    await store.memory.set(f"caller:{CALLER}", "vip", True, None, "operation")
    stored = await store.events.get("evt_1")
    assert stored is not None
    view = event_view(stored.event)
    asking = await past_of(store, stored, view, rules_of(tmp_path / "asking", vip=VIP))
    silent = await past_of(store, stored, view, rules_of(tmp_path / "silent", night=NIGHT))
    assert (asking.memory["caller"], silent.memory) == ({"vip": True}, {})
