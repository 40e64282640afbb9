from __future__ import annotations

from pathlib import Path

from console.past.pastbook import journals_of, memories_of, past_of, past_view
from receiver.providers import provider_named
from receiver.providers.samples import load_sample, sample_names
from store.client import Store
from store.event import Call, Event
from store.runs import RunId
from store.survey import Span, pages
from tests.console.support import CALLER, FOUND, LOOK_UP, NIGHT, call_comes_in, journal, keep, rules_of, tool_is_run
from tests.tables import case
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


async def test_journals_of_many_events(store: Store, tmp_path: Path) -> None:
    (rule,) = rules_of(tmp_path, look_up=LOOK_UP)
    views = []
    for number in (1, 2, 3):
        event = tool_is_run("find", id=f"evt_{number}")
        claim = await keep(store, event)
        views.append(event_view(event))
        if number != 3:
            await journal(store, claim, RunId(event.id, "look_up", "call_1"), customer={**FOUND, "status": number})
    found = await journals_of(store, [(views[0], [rule]), (views[1], []), (views[2], [rule])])
    assert {event: list(journals) for event, journals in found.items()} == {"evt_1": [("look_up", "call_1")]}


async def test_memory_of_many_events(store: Store) -> None:
    kept = call_comes_in(id="evt_1")
    await keep(store, kept)
    await store.redis.hset("hs:event:evt_1", "memory", '{"call":{},"caller":{"vip":1}}')  # type: ignore[misc]
    for number, caller in ((2, CALLER), (3, ""), (4, CALLER)):
        await keep(store, call_comes_in(id=f"evt_{number}").model_copy(update={"call": Call(from_=caller)}))
    await store.memory.set(f"caller:{CALLER}", "vip", 2, None, "operation")
    (page,) = [page async for page in pages(store.redis, Span())]
    asked = await memories_of(store, page.events, asked=True)
    assert asked == [{"call": {}, "caller": {"vip": 1}}, {"caller": {"vip": 2}}, {}, {"caller": {"vip": 2}}]
    silent = await memories_of(store, page.events, asked=False)
    assert silent == [{"call": {}, "caller": {"vip": 1}}, {}, {}, {}]


async def test_a_past_view_is_the_view_of_the_event(store: Store) -> None:
    for name in [name for name in sample_names() if not name.startswith("flireo/unreadable")]:
        raw = load_sample(name)
        for event in provider_named(name.partition("/")[0]).normalise(raw):
            with case(name):
                await its_past_view_is_its_view(store, event, raw.body)


async def its_past_view_is_its_view(store: Store, event: Event, body: bytes) -> None:
    await store.redis.flushdb()
    event.id, event.connection, event.provider = "evt_1", "desk", "flireo"
    await keep(store, event, body)
    stored = await store.events.get("evt_1")
    (page,) = [page async for page in pages(store.redis, Span())]
    assert stored is not None
    assert past_view(page.events[0]) == event_view(stored.event)


async def test_memory_is_read_only_for_rules_that_ask(store: Store, tmp_path: Path) -> None:
    await keep(store, call_comes_in())
    await store.memory.set(f"caller:{CALLER}", "vip", True, None, "operation")
    stored = await store.events.get("evt_1")
    assert stored is not None
    view = event_view(stored.event)
    asking = await past_of(store, stored, view, rules_of(tmp_path / "asking", vip=VIP))
    silent = await past_of(store, stored, view, rules_of(tmp_path / "silent", night=NIGHT))
    assert (asking.memory["caller"], silent.memory) == ({"vip": True}, {})
