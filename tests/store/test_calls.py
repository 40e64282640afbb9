from __future__ import annotations

from store import keys
from store.calls import SeenCall, call_name, thread_of
from store.client import Store
from store.event import Call, Event
from store.queue import job_for
from store.retention import Bounds
from tests.store.builders import ALL_LANES, accept, an_event, claim_one

FAR = Bounds(before_ms=4_000_000_000_000)


def of_call(call: str, kind: str = "status-update", **fields: object) -> Event:
    return an_event(kind, call=Call(id=call), **fields)


async def finish(store: Store) -> None:
    batch = await store.queue.claim("w", ALL_LANES)
    for job in batch.jobs:
        await store.queue.finish(job.claim, job.claim.job_id.removeprefix("complete:"), {})


async def test_a_call_leads_to_its_events(store: Store) -> None:
    first, second, other = of_call("a"), of_call("a", "end-of-call-report"), of_call("b")
    for event in (first, second, other):
        await accept(store, event)
    await accept(store, of_call(""))
    await store.redis.zincrby(f"{keys.CALL}desk:a", 5, second.id)
    assert await store.calls.events_of("desk", "a") == [first.id, second.id]
    assert await store.calls.events_of("elsewhere", "a") == []
    known = await store.calls.known("desk", ["a", "nobody", "b"])
    assert [heard.kind for heard in known["a"]] == ["status-update", "end-of-call-report"]
    assert (known["a"][0].event_id, known["a"][0].recovered, known["nobody"]) == (first.id, False, ())
    assert known["b"][0].received_ms > 1_700_000_000_000


async def test_a_recovered_event_is_known_for_one(store: Store) -> None:
    await accept(store, of_call("a", recovered=True))
    ((heard,),) = (await store.calls.known("desk", ["a"])).values()
    assert heard.recovered


async def test_many_calls_are_looked_up(store: Store) -> None:
    await accept(store, of_call("call 217"))
    known = await store.calls.known("desk", [f"call {number}" for number in range(250)])
    assert [call for call, heard in known.items() if heard] == ["call 217"]
    assert len(known) == 250


async def test_the_newest_calls_in_pages(store: Store) -> None:
    for at, call in enumerate("abca"):
        await accept(store, of_call(call))
        await store.redis.zadd(keys.CALLS, {call_name("desk", call): 1000 + at})
    assert await store.calls.newest(2) == [SeenCall("desk", "a", 1003), SeenCall("desk", "c", 1002)]
    assert await store.calls.newest(2, before_ms=1002) == [SeenCall("desk", "b", 1001)]


async def test_a_conversation_is_found_beside_its_call(store: Store) -> None:
    talk = Call(id="c1", metadata={"session_id": "s1"})
    event = an_event("call-ended", provider="opencx", call=talk)
    nameless = an_event("call-ended", provider="opencx", call=Call(metadata={"session_id": "s2"}))
    attached = an_event("call-ended", call=talk)
    assert [thread_of(each) for each in (event, nameless, attached)] == ["s1", "s2", ""]
    assert thread_of(an_event(provider="opencx", call=Call(metadata={"session_id": 7}))) == ""
    await accept(store, event)
    await accept(store, nameless)
    assert await store.calls.events_of("desk", "c1") == await store.calls.events_of("desk", "s1") == [event.id]
    assert {seen.id for seen in await store.calls.newest(9)} == {"c1", "s2"}


async def test_a_call_is_forgotten_with_its_last_event(store: Store) -> None:
    events = [of_call("a"), of_call("a"), an_event(provider="opencx", call=Call(metadata={"session_id": "s"}))]
    for at, event in enumerate(events):
        await accept(store, event)
        await store.redis.zadd(keys.EVENTS, {event.id: at})
    await finish(store)
    await store.retention.whole_pass(Bounds(before_ms=0, most=2))
    assert await store.calls.events_of("desk", "a") == [events[1].id]
    assert len(await store.calls.newest(9)) == 2
    await store.redis.hset(keys.EVENT + events[1].id, "done_at", "1")  # type: ignore[misc]
    await store.retention.whole_pass(FAR)
    assert await store.calls.newest(9) == []
    assert await store.redis.keys(f"{keys.CALL}*") == []


async def test_one_job_completes_a_call(store: Store) -> None:
    ended, recording = of_call("a", "call-ended"), of_call("a", "recording")
    await accept(store, ended)
    await accept(store, recording)
    assert await store.calls.complete_later(ended, "a", 5.0)
    assert not await store.calls.complete_later(recording, "a", 1.0)
    job = f"complete:{ended.id}"
    score = await store.redis.zscore(f"{keys.QUEUE}background", job)
    seconds, _ = await store.redis.time()
    assert score is not None
    assert score / 1000 - int(seconds) < 3
    assert await store.redis.get(keys.JOB + job) is not None
    assert b'"complete"' in job_for(job)


async def test_a_completion_under_way_is_left_alone_and_a_later_one_may_begin(store: Store) -> None:
    ended = of_call("a", "call-ended")
    await accept(store, ended)
    await finish(store)
    await store.calls.complete_later(ended, "a", 0.0)
    claim = await claim_one(store)
    lease = await store.redis.zscore(f"{keys.QUEUE}background", claim.job_id)
    assert not await store.calls.complete_later(ended, "a", 0.0)
    assert await store.redis.zscore(f"{keys.QUEUE}background", claim.job_id) == lease
    assert await store.events.statuses([ended.id]) == ["done"]
    await store.queue.finish(claim, ended.id, {})
    assert await store.calls.complete_later(ended, "a", 0.0)


async def test_an_event_stays_while_its_call_is_completed(store: Store) -> None:
    ended = of_call("a", "call-ended")
    await accept(store, ended)
    await store.calls.complete_later(ended, "a", 500.0)
    await finish(store)
    assert await store.events.statuses([ended.id]) == ["waiting"]
    assert await store.retention.whole_pass(FAR) == 0
    await store.redis.zadd(f"{keys.QUEUE}background", {f"complete:{ended.id}": 1})
    await finish(store)
    assert await store.events.statuses([ended.id]) == ["done"]


async def test_nothing_is_completed_for_an_event_that_is_gone(store: Store) -> None:
    assert not await store.calls.complete_later(of_call("a"), "a", 0.0)
    assert await store.queue.open_work() == 0
