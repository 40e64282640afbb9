from __future__ import annotations

from pathlib import Path

from console.past.replay import rehearsal, replay_live
from store.client import Store
from store.event import Event
from store.events import Acceptance
from store.runs import RunId
from tests.console.support import CALLER, FOUND, LOOK_UP, NIGHT, call_comes_in, journal, keep, rules_of, tool_is_run

DAY = "description: Everybody.\non: assistant-request\npriority: 200\nanswer: { assistant: day }\n"
BODY = b'{"message": {"type": "assistant-request"}}'


async def kept(store: Store, event: Event, body: bytes = BODY) -> Event:
    await keep(store, event, body)
    return event


async def test_a_rehearsal_says_who_would_answer(store: Store, tmp_path: Path) -> None:
    await kept(store, call_comes_in())
    stored = await store.events.get("evt_1")
    assert stored is not None
    told = await rehearsal(store, stored, rules_of(tmp_path, night=NIGHT, day=DAY))
    assert {rule["rule"]: rule["outcome"] for rule in told["rules"]} == {"night": "ran", "day": "overtaken"}
    assert told["answers"] == [{"by": "rule", "rule": "night", "answer": {"assistant": "night"}, "needs": ""}]
    assert (await rehearsal(store, stored, ()))["answers"] == [{"by": "fallback", "rule": "", "answer": None}]


async def test_a_rehearsal_uses_what_steps_really_gave(store: Store, tmp_path: Path) -> None:
    claim = await keep(store, tool_is_run("find"))
    await journal(store, claim, RunId("evt_1", "look_up", "call_1"), customer=FOUND)
    stored = await store.events.get("evt_1")
    assert stored is not None
    told = await rehearsal(store, stored, rules_of(tmp_path, look_up=LOOK_UP))
    assert [(step["id"], step["result"]) for step in told["rules"][0]["steps"]] == [
        ("customer", "recorded"), ("step-2", "assumed"),
    ]  # fmt: skip
    assert told["answers"][0]["answer"] == {"result": "You are Ada Jansen."}


async def test_a_rehearsal_leaves_no_trace(store: Store, tmp_path: Path) -> None:
    await kept(store, tool_is_run("find"))
    before = {key: await store.redis.dump(key) for key in await store.redis.keys("*")}
    stored = await store.events.get("evt_1")
    assert stored is not None
    rules = rules_of(tmp_path, look_up=LOOK_UP)
    await rehearsal(store, stored, rules)
    assert {key: await store.redis.dump(key) for key in await store.redis.keys("*")} == before


async def test_live_means_a_new_event_in_the_bulk_lane(store: Store) -> None:
    event = await kept(store, call_comes_in(dedup_key="delivery-1"))
    stored = await store.events.get("evt_1")
    assert stored is not None
    (event_id,) = await replay_live(store, stored)
    again = await store.events.get(event_id)
    assert again is not None
    assert (again.lane, again.status, again.body, again.deadline_ms) == ("bulk", "queued", BODY, 0)
    assert (again.event.replay_of, again.event.call.from_) == ("evt_1", CALLER)
    assert again.event.received_at == event.received_at


async def test_what_could_not_be_read_is_read_once_more(store: Store) -> None:
    body = (
        b'{"message": {"type": "status-update", "status": "in-progress", "call": {"id": "call-9"},'
        b' "customer": {"number": "+31612340001"}}}'
    )
    broken = Event(id="evt_1", connection="desk", provider="flireo", kind="unreadable", problem="a bug of ours")
    await store.events.accept(Acceptance(broken, body))
    stored = await store.events.get("evt_1")
    assert stored is not None
    (event_id,) = await replay_live(store, stored)
    again = await store.events.get(event_id)
    assert again is not None
    assert (again.event.kind, again.event.call.id, again.event.connection) == ("status-update", "call-9", "desk")
