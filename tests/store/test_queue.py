from __future__ import annotations

import asyncio

import pytest
from arq.jobs import JobStatus

from store import keys
from store.answers import CellAnswer, LastWord, LateAnswerError
from store.client import Store
from store.events import whole
from store.queue import LEASE_MS, event_of, job_for
from store.runs import LeaseLostError, RunId
from tests.store.builders import ALL_LANES, accept, an_event, claim_one

YES = CellAnswer("rule", {"result": "Yes."}, "look_up")


async def age_lease(store: Store, job_id: str, lane: str = "background") -> None:
    """As if the worker had given no sign of life for longer than its lease."""
    await store.redis.delete(f"arq:in-progress:{job_id}")
    await store.redis.zadd(f"hs:queue:{lane}", {job_id: 1})


async def test_a_claimed_job_is_nobody_elses(store: Store) -> None:
    await accept(store, an_event())
    await claim_one(store)
    assert (await store.queue.claim("w2", ALL_LANES)).jobs == []


async def test_only_as_many_as_there_is_room_for(store: Store) -> None:
    for _ in range(5):
        await accept(store, an_event())
    assert len((await store.queue.claim("w", {"background": 3})).jobs) == 3
    assert len((await store.queue.claim("w", {"background": 3})).jobs) == 2


async def test_two_workers_share_without_overlap(store: Store) -> None:
    for _ in range(40):
        await accept(store, an_event())
    batches = await asyncio.gather(*(store.queue.claim(f"w{n}", {"background": 10}) for n in range(4)))
    claimed = [job.claim.job_id for batch in batches for job in batch.jobs]
    assert len(claimed) == len(set(claimed)) == 40


async def test_a_lease_that_ran_out_is_claimed_again_with_another_token(store: Store) -> None:
    await accept(store, an_event())
    first = await claim_one(store)
    await age_lease(store, first.job_id)
    second = await claim_one(store, "w2")
    assert second.job_id == first.job_id
    assert second.token != first.token
    assert second.tries == 2


async def test_the_lease_is_what_the_lane_says(store: Store) -> None:
    await accept(store, an_event("tool-calls"))
    claim = await claim_one(store)
    remaining = await store.redis.pttl(f"arq:in-progress:{claim.job_id}")
    assert LEASE_MS["live"] - 1000 < remaining <= LEASE_MS["live"]


async def test_renewing_keeps_ours_and_reports_the_rest(store: Store) -> None:
    await accept(store, an_event())
    await accept(store, an_event())
    ours, lost = (job.claim for job in (await store.queue.claim("w", ALL_LANES)).jobs)
    await age_lease(store, lost.job_id)
    assert await store.queue.renew([ours, lost]) == {lost.token}
    assert await store.queue.renew([]) == set()


async def test_a_stale_claim_writes_nothing(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    stale = await claim_one(store)
    await age_lease(store, stale.job_id)
    with pytest.raises(LeaseLostError):
        await store.runs.write(stale, RunId(event.id, "r"), {"step:a": b"{}"})
    with pytest.raises(LeaseLostError):
        await store.runs.park(stale, RunId(event.id, "r"), 1)
    with pytest.raises(LeaseLostError):
        await store.queue.finish(stale, event.id, {"x": b"1"})
    assert await store.events.trace(event.id) == {}
    assert (await store.events.statuses([event.id])) == ["queued"]


async def test_finishing_closes_the_event(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    await store.queue.finish(claim, event.id, {"stages": b"[]"})
    assert await store.queue.open_work() == 0
    assert await store.events.statuses([event.id]) == ["done"]
    assert await store.events.trace(event.id) == {"stages": []}
    assert await store.redis.exists(f"arq:job:{event.id}", f"arq:in-progress:{event.id}", f"arq:retry:{event.id}") == 0


async def test_releasing_gives_the_job_and_the_try_back(store: Store) -> None:
    await accept(store, an_event())
    await store.queue.release(await claim_one(store))
    assert (await claim_one(store)).tries == 1


async def test_releasing_with_a_try(store: Store) -> None:
    await accept(store, an_event())
    await store.queue.release(await claim_one(store), counts_as_try=True)
    assert (await claim_one(store)).tries == 2


async def test_stale_callers_make_way_for_fresh_ones(store: Store) -> None:
    stale = [an_event("tool-calls") for _ in range(8)]
    for event in stale:
        await accept(store, event, deadline_in=0.001)
    await asyncio.sleep(0.005)
    fresh = an_event("tool-calls")
    await accept(store, fresh)
    batch = await store.queue.claim("w", {"live": 2})
    assert [job.claim.job_id for job in batch.jobs] == [fresh.id]
    assert (await store.queue.depth())["background"] == 8
    later = await store.queue.claim("w", {"background": 10})
    assert {job.claim.job_id for job in later.jobs} == {event.id for event in stale}


async def test_a_parked_run_keeps_the_event_open_until_it_is_done(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    run_id = RunId(event.id, "rule")
    await store.runs.park(claim, run_id, 0)
    await store.queue.finish(claim, event.id, {})
    assert await store.events.statuses([event.id]) == ["waiting"]
    parked = await claim_one(store)
    assert parked.job_id == run_id.job_id
    await store.queue.finish(parked, event.id, {})
    assert await store.events.statuses([event.id]) == ["done"]
    assert await store.queue.open_work() == 0


async def test_a_run_that_parks_itself_again_is_one_job(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    run_id = RunId(event.id, "rule")
    await store.runs.park(claim, run_id, 0)
    await store.queue.finish(claim, event.id, {})
    parked = await claim_one(store)
    await store.runs.park(parked, run_id, 30)
    batch = await store.queue.claim("w", ALL_LANES)
    assert batch.jobs == []
    assert batch.next_due == pytest.approx(30, abs=1)
    assert await store.queue.open_work() == 1


async def test_orphans_are_found_and_adopted(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    assert await store.queue.orphans(-1, 10, 0) == (1, [])
    await store.redis.zrem("hs:queue:background", event.id)
    assert await store.queue.orphans(60, 10, 0) == (0, [])
    assert await store.queue.orphans(-1, 10, 0) == (1, [event.id])
    assert await store.queue.adopt(event.id)
    assert not await store.queue.adopt(event.id)
    assert (await claim_one(store)).job_id == event.id


async def test_an_orphan_that_was_finished_meanwhile_stays_finished(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    await store.queue.finish(await claim_one(store), event.id, {})
    assert not await store.queue.adopt(event.id)
    assert await store.queue.depth() == {"live": 0, "background": 0, "bulk": 0}


async def test_an_orphan_that_only_lost_its_payload_stays_in_its_lane(store: Store) -> None:
    event = an_event("tool-calls")
    await accept(store, event)
    await store.redis.delete(f"arq:job:{event.id}")
    assert await store.queue.orphans(-1, 10, 0) == (1, [event.id])
    assert await store.queue.adopt(event.id)
    assert await store.queue.depth() == {"live": 1, "background": 0, "bulk": 0}


async def test_whoever_has_the_job_again_keeps_it_when_the_old_lease_is_reported(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    old = await claim_one(store)
    await age_lease(store, event.id)
    new = await claim_one(store)
    assert await store.queue.renew([old, new]) == {old.token}


async def test_work_is_closed_once(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    await store.runs.park(claim, RunId(event.id, "rule"), 60)
    await store.queue.finish(claim, event.id, {})
    await store.redis.zadd("hs:queue:background", {event.id: 0})
    await store.queue.finish(await claim_one(store), event.id, {})
    assert await store.events.statuses([event.id]) == ["waiting"]


async def test_the_events_job_leaves_a_run_alone_that_has_a_job(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    run_id = RunId(event.id, "rule")
    await store.runs.park(claim, run_id, 0)
    own = await claim_one(store)
    await store.runs.park(claim, run_id, 0)
    assert (await store.queue.claim("thief", ALL_LANES)).jobs == []
    await store.queue.finish(own, event.id, {})
    await store.runs.park(claim, run_id, 0)
    assert await store.queue.depth() == {"live": 0, "background": 1, "bulk": 0}


async def test_a_run_waits_in_its_own_lane_and_with_fresh_tries(store: Store) -> None:
    event = an_event()
    await accept(store, event, lane="bulk")
    claim = await claim_one(store)
    run_id = RunId(event.id, "rule")
    await store.runs.park(claim, run_id, 0)
    await store.queue.finish(claim, event.id, {})
    for _ in range(3):
        parked = await claim_one(store)
        assert (parked.lane, parked.tries) == ("bulk", 1)
        await store.runs.park(parked, run_id, 0)
        assert await store.queue.depth() == {"live": 0, "background": 0, "bulk": 1}


async def test_work_of_an_event_that_is_gone_leaves_no_half_an_event(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    await store.redis.delete(f"hs:event:{event.id}")
    await store.runs.park(claim, RunId(event.id, "rule"), 0, "sha256:1", b"{}")
    await store.queue.finish(claim, event.id, {})
    assert await store.events.get(event.id) is None


@pytest.mark.parametrize("work_id", ["evt_1", "run:evt_1/rule", "run:evt_1/rule/tool/with/slash", "late:evt_1"])
def test_the_job_of_any_work_follows_from_its_id(work_id: str) -> None:
    assert work_id.split(":")[-1].encode() in job_for(work_id)


async def test_only_one_holds_a_lock(store: Store) -> None:
    assert await store.queue.lock("sweep", "a", 5)
    assert not await store.queue.lock("sweep", "b", 5)


async def test_workers_are_known_by_their_claims(store: Store) -> None:
    await store.queue.claim("here", ALL_LANES)
    assert await store.queue.workers() == ["here"]


async def test_an_arq_client_can_enqueue_and_look(store: Store) -> None:
    job = await store.redis.enqueue_job("event", "evt_x", _job_id="evt_x", _queue_name="hs:queue:background")
    assert job is not None
    await asyncio.sleep(0.002)  # arq rounds the enqueue time up to the next millisecond
    claim = await claim_one(store)
    assert claim.job_id == "evt_x"
    assert await job.status() == JobStatus.in_progress


@pytest.mark.parametrize("job_id", ["evt_1", "run:evt_1/rule", "run:evt_1/rule/t:1/x", "late:evt_1", "run:evt_1"])
def test_the_event_of_a_job(job_id: str) -> None:
    assert event_of(job_id) == "evt_1"


async def test_a_job_comes_with_its_event_and_what_has_begun_on_it(store: Store) -> None:
    event = an_event("tool-calls")
    await accept(store, event)
    first = (await store.queue.claim("w", ALL_LANES)).jobs[0]
    stored = first.event(event.id)
    assert stored
    assert whole(stored) == await store.events.get(event.id)
    run_id = RunId(event.id, "tell", "t/1")
    await store.runs.write(first.claim, run_id, {"step:a": b"{}"})
    await store.runs.park(first.claim, RunId(event.id, "later"), 0)
    jobs = (await store.queue.claim("w", ALL_LANES)).jobs
    (found,) = [job.event(event.id) for job in jobs]
    assert found
    assert (found.event.id, found.runs) == (event.id, frozenset({"tell/t/1", "later"}))


async def test_a_job_of_somebody_else_comes_without_an_event(store: Store) -> None:
    await store.redis.enqueue_job("event", "evt_x", _job_id="mine", _queue_name="hs:queue:background")
    await asyncio.sleep(0.002)  # arq rounds the enqueue time up to the next millisecond
    (job,) = (await store.queue.claim("w", ALL_LANES)).jobs
    assert (job.event("mine"), job.event("evt_x")) == (None, None)


async def test_tokens_of_one_claim_differ(store: Store) -> None:
    for _ in range(3):
        await accept(store, an_event())
    claims = [job.claim for job in (await store.queue.claim("w", ALL_LANES)).jobs]
    assert len({claim.token for claim in claims}) == 3
    assert await store.queue.renew(claims) == set()


async def test_finishing_once_more_because_the_reply_was_lost_is_no_loss(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    await store.queue.finish(claim, event.id, {"stages": b"[]"})
    await store.queue.finish(claim, event.id, {"stages": b"[1]"})
    assert await store.events.trace(event.id) == {"stages": []}
    assert await store.events.statuses([event.id]) == ["done"]


async def test_a_job_ends_with_its_answer_in_one_write(store: Store) -> None:
    event = an_event("tool-calls")
    await accept(store, event)
    claim = await claim_one(store)
    await store.queue.finish(claim, event.id, {}, last_word=LastWord("t1", YES))
    assert (await store.answers.cells(event.id))["t1"].answer == YES
    assert await store.events.statuses([event.id]) == ["done"]


async def ended_with(store: Store, answer: CellAnswer, *before: CellAnswer, deadline_in: float = 60.0) -> list[bytes]:
    """What is published of an event whose job ends with this answer; its cell is said and told about as well."""
    event = an_event("tool-calls")
    await accept(store, event, deadline_in=deadline_in)
    claim = await claim_one(store)
    for each in before:
        await store.answers.settle(claim, event.id, "t1", each)
    async with store.redis.pubsub() as subscription:
        await subscription.subscribe(keys.ANSWERED)
        await subscription.get_message(timeout=60)
        await store.queue.finish(claim, event.id, {}, last_word=LastWord("t1", answer))
        message = await subscription.get_message(ignore_subscribe_messages=True, timeout=60)
    assert message is not None
    event_id, *told = message["data"].split(b"\n")
    assert event_id.decode() == event.id
    cell = (await store.answers.cells(event.id))["t1"]
    return [cell.state.encode(), cell.said.to_json() if cell.said else b"", *told]


async def test_a_last_word_is_taken_for_whoever_waits_and_brought_along(store: Store) -> None:
    assert await ended_with(store, YES) == [b"claimed", YES.to_json(), b"t1", YES.to_json()]


async def test_what_was_said_meanwhile_is_brought_along_where_no_rule_answered(store: Store) -> None:
    meanwhile = CellAnswer("meanwhile", {"result": "One moment."}, "look_up")
    told = await ended_with(store, CellAnswer("fallback", {}), meanwhile)
    assert told == [b"claimed", meanwhile.to_json(), b"t1", meanwhile.to_json()]


async def test_a_last_word_that_nobody_waits_for_any_more_is_taken_by_nobody(store: Store) -> None:
    """Nor is one that nobody ever waited for: the sweep finds it."""
    assert await ended_with(store, YES, deadline_in=0.0) == [b"ready", b""]


async def test_what_was_brought_along_is_said_again_and_left_to_the_sweep_until_it_has_left(store: Store) -> None:
    event = an_event("tool-calls")
    await accept(store, event)
    await store.queue.finish(await claim_one(store), event.id, {}, last_word=LastWord("t1", YES))
    fallback = CellAnswer("fallback", {})
    assert await store.answers.collect(event.id, ["t1"], fallback, close=True) == [YES]
    await store.redis.zadd("hs:unsent", {event.id: 1})
    assert await store.queue.enqueue_unsent() == 1
    assert (await claim_one(store)).job_id == f"late:{event.id}"


async def test_workers_are_told_of_a_job_unless_one_is_due_already(store: Store) -> None:
    async with store.redis.pubsub() as subscription:
        await subscription.subscribe(keys.WAKE)
        await subscription.get_message(timeout=60)
        for due_in in (60.0, 0.0, 0.0):
            await accept(store, an_event(), due_in=due_in)
        jobs = (await store.queue.claim("w", ALL_LANES)).jobs
        await accept(store, an_event())
        await store.redis.publish(keys.WAKE, "end")
        heard = []
        while (message := await subscription.get_message(timeout=60)) and message["data"] != b"end":
            heard.append(message["data"])
    assert len(jobs) == 2
    assert heard == [b"background"] * 3


async def test_a_last_word_that_is_late_leaves_the_job_as_it_is(store: Store) -> None:
    event = an_event("tool-calls")
    await accept(store, event)
    claim = await claim_one(store)
    await store.answers.collect(event.id, ["t1"], CellAnswer("fallback", {}), close=True)
    with pytest.raises(LateAnswerError):
        await store.queue.finish(claim, event.id, {"stages": b"[]"}, last_word=LastWord("t1", YES))
    assert not claim.ends
    assert await store.queue.renew([claim]) == set()
    assert await store.events.trace(event.id) == {}
    assert (await store.answers.cells(event.id))["t1"].late == YES
    await store.queue.finish(claim, event.id, {"stages": b"[]"})
    assert await store.events.statuses([event.id]) == ["done"]


async def test_a_stale_claim_says_nothing_at_its_end(store: Store) -> None:
    event = an_event("tool-calls")
    await accept(store, event)
    claim = await claim_one(store)
    await age_lease(store, claim.job_id, "live")
    with pytest.raises(LeaseLostError):
        await store.queue.finish(claim, event.id, {}, last_word=LastWord("t1", YES))
    assert await store.answers.cells(event.id) == {}
