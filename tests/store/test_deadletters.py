from __future__ import annotations

import asyncio

import orjson
import pytest

from store.client import Store
from store.deadletters import DeadLetter
from store.runs import LeaseLostError, RunId
from tests.store.builders import ALL_LANES, accept, an_event, claim_one


async def buried(store: Store) -> DeadLetter:
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    letter = DeadLetter(event.id, event.id, "rule", "step", "500 five times", 5, "desk", "status-update")
    await store.dead.bury(claim, letter)
    await store.queue.finish(claim, event.id, {}, outcome="dead")
    return letter


async def test_a_dead_letter_can_be_read(store: Store) -> None:
    letter = await buried(store)
    found = await store.dead.get(letter.work_id)
    assert found is not None
    assert found.died_ms > 0
    assert found.to_json() == letter.to_json()
    assert [one.work_id async for one in store.dead.newest(10)] == [letter.work_id]
    assert await store.dead.count() == 1
    assert await store.events.statuses([letter.event_id]) == ["dead"]


async def test_retrying_puts_the_work_back_once(store: Store) -> None:
    letter = await buried(store)
    assert await store.dead.retry(letter)
    assert not await store.dead.retry(letter)
    assert await store.dead.count() == 0
    claim = await claim_one(store)
    assert (claim.job_id, claim.lane, claim.tries) == (letter.work_id, "bulk", 1)
    await store.queue.finish(claim, letter.event_id, {})
    assert await store.events.statuses([letter.event_id]) == ["done"]


async def test_an_event_is_given_up_for_as_long_as_one_of_its_letters_is_there(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    runs = [RunId(event.id, rule) for rule in ("one", "two")]
    letters = [DeadLetter(run.job_id, event.id, run.rule, "step", "500 five times", 5) for run in runs]
    for run, letter in zip(runs, letters, strict=True):
        await store.runs.write(claim, run, {"version": b"v"})
        await store.dead.bury(claim, letter)
    await store.queue.finish(claim, event.id, {}, outcome="dead")
    for letter, status in zip(letters, ("dead", "done"), strict=True):
        assert await store.dead.retry(letter)
        await store.queue.finish(await claim_one(store), event.id, {})
        assert await store.events.statuses([event.id]) == [status]


async def test_dropping_leaves_the_event(store: Store) -> None:
    letter = await buried(store)
    assert await store.dead.drop(letter)
    assert not await store.dead.drop(letter)
    assert await store.dead.get(letter.work_id) is None
    assert await store.events.get(letter.event_id) is not None


async def test_a_stale_claim_buries_nothing(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    await store.redis.delete(f"arq:in-progress:{event.id}")
    with pytest.raises(LeaseLostError):
        await store.dead.bury(claim, DeadLetter(event.id, event.id, "", "", "why", 1))
    assert await store.dead.count() == 0


async def test_retrying_a_run_begins_its_failed_step_afresh(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    run_id = RunId(event.id, "rule")
    steps = {
        "first": {"state": "done", "attempts": [{}], "output": {"a": 1}},
        "each#0": {"state": "done", "attempts": [{}]},
        "each#1": {"state": "failed", "attempts": [{}, {}], "error": "no"},
        "tolerated": {"state": "failed", "attempts": [{}], "error": "no"},
    }
    fields = {f"step:{key}": orjson.dumps(record) for key, record in steps.items()}
    await store.runs.write(claim, run_id, {"version": b"sha256:1", **fields})
    letter = DeadLetter(run_id.job_id, event.id, "rule", "each", "no", 2)
    await store.dead.bury(claim, letter)
    await store.queue.finish(claim, event.id, {}, outcome="dead")
    assert await store.dead.retry(letter)
    journal = await store.runs.load(run_id)
    assert journal.own
    assert journal.steps["each#1"] == {"state": "waiting", "attempts": [{}, {}], "tries_before": 2}
    assert {key: record["state"] for key, record in journal.steps.items() if key != "each#1"} == {
        "first": "done", "each#0": "done", "tolerated": "failed",
    }  # fmt: skip
    assert (await claim_one(store)).job_id == run_id.job_id


async def test_retrying_too_late_touches_no_journal(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    run_id = RunId(event.id, "rule")
    record = {"state": "failed", "attempts": [{}], "error": "no"}
    await store.runs.write(claim, run_id, {"step:a": orjson.dumps(record)})
    letter = DeadLetter(run_id.job_id, event.id, "rule", "a", "no", 1)
    assert not await store.dead.retry(letter)
    assert (await store.runs.load(run_id)).steps == {"a": record}


async def test_retrying_somebody_elses_job_brings_back_that_job(store: Store) -> None:
    await store.redis.enqueue_job("theirs", _job_id="job-1", _queue_name="hs:queue:background")
    await asyncio.sleep(0.002)
    claim = await claim_one(store)
    letter = DeadLetter("job-1", "job-1", "", "", "no function", 1, payload='{"f":"theirs"}')
    await store.dead.bury(claim, letter)
    await store.queue.finish(claim, "job-1", {}, outcome="dead")
    found = await store.dead.get("job-1")
    assert found is not None
    assert await store.dead.retry(found)
    batch = await store.queue.claim("w", ALL_LANES)
    assert batch.jobs[0].payload == b'{"f":"theirs"}'
    assert await store.events.get("job-1") is None
