from __future__ import annotations

import asyncio

import pytest

from store.answers import CellAnswer
from store.client import Store
from store.runs import Claim, LeaseLostError
from tests.store.builders import accept, an_event, claim_one

RULE = CellAnswer("rule", {"result": "Yes."}, "look_up")
OTHER = CellAnswer("rule", {"result": "No."}, "look_up")
MEANWHILE = CellAnswer("meanwhile", {"result": "One moment."}, "look_up")
FALLBACK = CellAnswer("fallback", {"result": "Later."})


async def a_waiting_event(store: Store) -> tuple[str, Claim]:
    event = an_event("tool-calls")
    await accept(store, event)
    return event.id, await claim_one(store)


async def settle(store: Store, event_id: str, claim: Claim, answer: CellAnswer, cell: str = "t1") -> str:
    return await store.answers.settle(claim, event_id, cell, answer)


async def test_nothing_is_said_before_every_cell_is_ready(store: Store) -> None:
    event_id, claim = await a_waiting_event(store)
    collect = store.answers.collect
    assert await collect(event_id, ["t1", "t2"], FALLBACK, close=False) is None
    assert await settle(store, event_id, claim, RULE, "t1") == "set"
    assert await collect(event_id, ["t1", "t2"], FALLBACK, close=False) is None
    assert await settle(store, event_id, claim, OTHER, "t2") == "set"
    assert await collect(event_id, ["t1", "t2"], FALLBACK, close=False) == [RULE, OTHER]


async def test_at_the_deadline_the_rest_gets_the_fallback(store: Store) -> None:
    event_id, claim = await a_waiting_event(store)
    await settle(store, event_id, claim, RULE, "t1")
    assert await store.answers.collect(event_id, ["t1", "t2"], FALLBACK, close=True) == [RULE, FALLBACK]


async def test_a_meanwhile_is_said_only_at_the_deadline(store: Store) -> None:
    event_id, claim = await a_waiting_event(store)
    assert await settle(store, event_id, claim, MEANWHILE) == "set"
    assert await store.answers.collect(event_id, ["t1"], FALLBACK, close=False) is None
    assert await store.answers.collect(event_id, ["t1"], FALLBACK, close=True) == [MEANWHILE]


async def test_giving_up_makes_a_meanwhile_final(store: Store) -> None:
    event_id, claim = await a_waiting_event(store)
    await settle(store, event_id, claim, MEANWHILE)
    assert await settle(store, event_id, claim, CellAnswer("fallback", {})) == "set"
    assert await store.answers.collect(event_id, ["t1"], FALLBACK, close=False) == [MEANWHILE]


async def test_what_was_said_is_said_to_everybody(store: Store) -> None:
    event_id, claim = await a_waiting_event(store)
    await settle(store, event_id, claim, RULE)
    asked = [store.answers.collect(event_id, ["t1"], FALLBACK, close=bool(n % 2)) for n in range(20)]
    assert await asyncio.gather(*asked) == [[RULE]] * 20


async def test_an_answer_after_the_fallback_is_late(store: Store) -> None:
    event_id, claim = await a_waiting_event(store)
    await store.answers.collect(event_id, ["t1"], FALLBACK, close=True)
    assert await settle(store, event_id, claim, RULE) == "late"
    cell = (await store.answers.cells(event_id))["t1"]
    assert (cell.state, cell.said, cell.late) == ("claimed", FALLBACK, RULE)
    assert await store.answers.collect(event_id, ["t1"], FALLBACK, close=False) == [FALLBACK]


async def test_settling_the_same_again_is_not_late(store: Store) -> None:
    event_id, claim = await a_waiting_event(store)
    await settle(store, event_id, claim, RULE)
    await store.answers.collect(event_id, ["t1"], FALLBACK, close=False)
    assert await settle(store, event_id, claim, RULE) == "kept"


async def test_a_fallback_or_meanwhile_is_never_late(store: Store) -> None:
    event_id, claim = await a_waiting_event(store)
    await store.answers.collect(event_id, ["t1"], FALLBACK, close=True)
    assert await settle(store, event_id, claim, CellAnswer("fallback", {})) == "kept"
    assert await settle(store, event_id, claim, MEANWHILE) == "kept"


async def test_a_stale_claim_cannot_answer(store: Store) -> None:
    event_id, claim = await a_waiting_event(store)
    await store.redis.delete(f"arq:in-progress:{claim.job_id}")
    with pytest.raises(LeaseLostError):
        await settle(store, event_id, claim, RULE)
    assert await store.answers.cells(event_id) == {}


async def test_settling_tells_the_receivers(store: Store) -> None:
    event_id, claim = await a_waiting_event(store)
    async with store.redis.pubsub() as subscription:
        await subscription.subscribe("hs:answered")
        await subscription.get_message(timeout=1)
        await settle(store, event_id, claim, RULE)
        message = await subscription.get_message(ignore_subscribe_messages=True, timeout=1)
    assert message is not None
    assert message["data"].decode() == event_id


async def test_an_answer_that_never_left_becomes_a_late_job(store: Store) -> None:
    event_id, claim = await a_waiting_event(store)
    await settle(store, event_id, claim, RULE)
    await store.queue.finish(claim, event_id, {})
    assert await store.queue.enqueue_unsent() == 0
    await store.redis.zadd("hs:unsent", {event_id: 1})
    assert await store.queue.enqueue_unsent() == 1
    assert (await claim_one(store)).job_id == f"late:{event_id}"
    assert await store.events.statuses([event_id]) == ["done"]


async def test_an_answer_that_left_is_not_late(store: Store) -> None:
    event_id, claim = await a_waiting_event(store)
    await settle(store, event_id, claim, RULE)
    await store.answers.collect(event_id, ["t1"], FALLBACK, close=False)
    await store.answers.mark_sent(event_id, ["t1"])
    await store.redis.zadd("hs:unsent", {event_id: 1})
    assert await store.queue.enqueue_unsent() == 0
    assert (await store.answers.cells(event_id))["t1"].state == "sent"


async def test_a_late_answer_stays_late_when_its_finder_dies(store: Store) -> None:
    event_id, claim = await a_waiting_event(store)
    await store.redis.zrem("hs:unsent", event_id)
    await store.redis.hset(f"hs:event:{event_id}", "deadline", "1")  # type: ignore[misc]
    assert await settle(store, event_id, claim, RULE) == "late"
    assert await settle(store, event_id, claim, RULE) == "late"


async def test_a_late_job_under_way_is_not_disturbed(store: Store) -> None:
    event_id, claim = await a_waiting_event(store)
    await settle(store, event_id, claim, RULE)
    await store.queue.finish(claim, event_id, {})
    await store.redis.zadd("hs:unsent", {event_id: 1})
    assert await store.queue.enqueue_unsent() == 1
    first = await claim_one(store)
    await store.redis.zadd("hs:unsent", {event_id: 1})
    assert await store.queue.enqueue_unsent() == 0
    await store.queue.finish(first, event_id, {})
    assert await store.queue.enqueue_unsent() == 1


async def test_an_answer_after_the_sweep_is_late_when_nobody_was_left_to_say_it(store: Store) -> None:
    event_id, claim = await a_waiting_event(store)
    await store.redis.hset(f"hs:event:{event_id}", "deadline", "1")  # type: ignore[misc]
    await store.redis.zadd("hs:unsent", {event_id: 1})
    assert await store.queue.enqueue_unsent() == 0
    assert await settle(store, event_id, claim, RULE) == "late"
    assert (await store.answers.cells(event_id))["t1"].late == RULE


async def test_an_answer_before_the_sweep_is_left_to_it(store: Store) -> None:
    event_id, claim = await a_waiting_event(store)
    await store.redis.hset(f"hs:event:{event_id}", "deadline", "1")  # type: ignore[misc]
    assert await settle(store, event_id, claim, RULE) == "set"
    await store.redis.zadd("hs:unsent", {event_id: 1})
    assert await store.queue.enqueue_unsent() == 1


async def test_only_what_was_taken_can_be_sent(store: Store) -> None:
    event_id, claim = await a_waiting_event(store)
    await settle(store, event_id, claim, RULE)
    await store.answers.mark_sent(event_id, ["t1", "t2"])
    assert {cell: known.state for cell, known in (await store.answers.cells(event_id)).items()} == {"t1": "ready"}
    assert await store.answers.collect(event_id, ["t1"], FALLBACK, close=False) == [RULE]


async def test_those_that_leave_at_one_moment_are_noted_together(store: Store) -> None:
    ids = [(await a_waiting_event(store))[0] for _ in range(3)]
    for event_id in ids:
        await store.answers.collect(event_id, ["t1", "t2"], FALLBACK, close=True)
    await store.answers.mark_sent("evt_none", ["t1"])
    before = (await store.redis.info("commandstats"))["cmdstat_evalsha"]["calls"]
    await asyncio.gather(
        *(store.answers.mark_sent(event_id, ["t1", "t2"][:taken]) for taken, event_id in enumerate(ids))
    )
    assert (await store.redis.info("commandstats"))["cmdstat_evalsha"]["calls"] == before + 1
    cells = [await store.answers.cells(event_id) for event_id in ids]
    assert [[cell[name].state for name in ("t1", "t2")] for cell in cells] == [
        ["claimed", "claimed"], ["sent", "claimed"], ["sent", "sent"],
    ]  # fmt: skip
    assert await store.redis.zcard("hs:unsent") == 0


async def test_a_repeated_question_is_waited_for_again(store: Store) -> None:
    first = an_event("tool-calls", dedup_key="same")
    await accept(store, first)
    await store.redis.zrem("hs:unsent", first.id)
    assert (await accept(store, an_event("tool-calls", dedup_key="same"))).duplicate
    assert await store.redis.zscore("hs:unsent", first.id) is not None
