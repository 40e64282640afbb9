from __future__ import annotations

import pytest

from store.caller import Caller
from store.client import Store
from store.event import Call
from store.forgetting import About, Forgetting, event_of
from store.runs import RunId
from tests.store.builders import accept, an_event, claim_one
from tests.store.finished import done, keys_about

ADA = Caller("31", "612340001")


async def about(store: Store, event_id: str) -> About:
    found = await store.forgetting.about(ADA, event_id)
    assert found
    return found


@pytest.mark.parametrize(
    ("key", "event"),
    [
        ("hs:event:evt_1", "evt_1"), ("hs:trace:evt_1", "evt_1"), ("hs:answers:evt_1", "evt_1"),
        ("hs:run:evt_1/tell/t1", "evt_1"), ("hs:memory-done:evt_1/tell/s#2", "evt_1"),
        ("hs:dead:run:evt_1/tell", "evt_1"),
        ("arq:job:late:evt_1", "evt_1"), ("arq:job:reconcile:evt_1", ""),
        ("hs:memory:caller:evt_1", ""), ("hs:dead", ""),
    ],
)  # fmt: skip
def test_keys_lead_to_their_event(key: str, event: str) -> None:
    assert event_of(key) == event


async def test_an_event_goes_with_everything_that_belongs_to_it(store: Store) -> None:
    event = await done(store, dedup_key="k")
    found = await about(store, event.id)
    assert (set(found.calls), found.dedup, found.is_theirs, found.called_by) == ({"desk:call_1"}, "desk:k", True, "")
    gone = await store.forgetting.event(found, "over")
    assert gone.counts == {
        "events": 1, "runs": 1, "dead_letters": 0, "jobs": 0, "traces": 1, "answers": 1, "dedup_keys": 1,
    }  # fmt: skip
    assert await keys_about(store, event.id) == set()
    assert await store.redis.exists("hs:dedup:desk:k", "hs:call:desk:call_1") == 0
    assert (await store.forgetting.event(found, "over")).standing == "gone"
    assert await store.forgetting.about(ADA, event.id) is None


async def test_work_is_told_by_how_it_stands(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    found = await about(store, event.id)
    assert (await store.forgetting.event(found, "look")).standing == "waiting"
    claim = await claim_one(store)
    assert (await store.forgetting.event(found, "over")).standing == "working"
    assert await store.events.statuses([event.id]) == ["queued"]
    await store.runs.park(claim, RunId(event.id, "tell"), 60, "v1")
    await store.queue.finish(claim, event.id, {})
    assert (await store.forgetting.event(found, "look")).standing == "waiting"
    gone = await store.forgetting.event(found, "all")
    assert (gone.standing, gone.runs, gone.jobs) == ("waiting", 1, 1)
    assert await keys_about(store, event.id) == set()
    assert await store.redis.zcard("hs:open") == 0


async def test_a_run_that_is_ended_writes_nothing_any_more(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    await store.forgetting.event(await about(store, event.id), "all")
    await store.queue.finish(claim, event.id, {"rule:x:": b'"told"'})
    assert await keys_about(store, event.id) == set()


async def test_who_called_it_is_known_of_a_number_that_was_called(store: Store) -> None:
    inbound = an_event(call=Call(id="1", from_="+31687650002", to="+31612340001"))
    outbound = an_event(call=Call(id="2", from_="+31850000001", to="+31612340001", direction="outbound"))
    for event in (inbound, outbound):
        await accept(store, event)
    assert (await about(store, inbound.id)).called_by == "+31687650002"
    assert (await about(store, outbound.id)).called_by == ""


async def test_memory_of_others_loses_only_what_names_the_number(store: Store) -> None:
    for subject in ("caller:+31612340001", "caller:+31687650002"):
        await store.memory.set(subject, "friend", "0612340001", None, f"{subject}/1")
        await store.memory.set(subject, "name", "somebody", None, f"{subject}/2")
    assert await store.forgetting.memory(ADA, "hs:memory:caller:+31612340001") == 2
    assert await store.forgetting.memory(ADA, "hs:memory:caller:+31687650002") == 1
    assert await store.memory.recall("caller:+31687650002") == {"name": "somebody"}


async def test_reveals_of_others_stay(store: Store) -> None:
    token, session = await store.sessions.begin("anna", "g")
    for what in ("evt_1", "evt_2", "call:desk:c1"):
        await store.sessions.reveal(token, session, what)
        found = await store.sessions.get(token, "g")
        assert found
        session = found
    assert await store.forgetting.reveals(ADA, {"evt_1"}, {"desk:c1"}) == 2
    left = await store.sessions.get(token, "g")
    assert left
    assert left.revealed == ("evt_2",)


async def test_the_slow_log_is_emptied_where_it_names_the_number(store: Store) -> None:
    await store.redis.config_set("slowlog-log-slower-than", 0)
    await store.redis.get("06 12340001")
    assert await store.forgetting.slow_log(ADA) == "emptied"
    await store.redis.config_set("slowlog-log-slower-than", 10_000_000)
    await store.redis.execute_command("SLOWLOG", "RESET")  # type: ignore[no-untyped-call]
    assert await store.forgetting.slow_log(ADA) == "does not name the number"


async def test_a_server_that_refuses_is_told_of(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    await store.redis.execute_command(  # type: ignore[no-untyped-call]
        "ACL", "SETUSER", "bound", "on", ">pass", "~*", "&*", "+@all", "-bgrewriteaof", "-slowlog", "-bgsave"
    )
    async with store.redis.client() as client:
        await client.execute_command("AUTH", "bound", "pass")  # type: ignore[no-untyped-call]
        forgetting = Forgetting(client)
        assert (await forgetting.slow_log(ADA)).startswith("not allowed")
        told = await forgetting.rewrite()
        assert told["append_file"].startswith("not allowed")
        await client.execute_command("AUTH", "default", "")  # type: ignore[no-untyped-call]
    await store.redis.execute_command("ACL", "DELUSER", "bound")  # type: ignore[no-untyped-call]
