from __future__ import annotations

import pytest

from store.client import Store
from store.deadletters import DeadLetter
from store.runs import LeaseLostError
from tests.store.builders import accept, an_event, claim_one


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
