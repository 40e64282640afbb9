from __future__ import annotations

from store import keys
from store.client import Store
from store.queue import job_for
from tests.store.builders import claim_one


async def test_a_comparison_is_work_until_it_is_told_about(store: Store) -> None:
    comparison = await store.reconciles.ask({"connection": "desk"})
    claim = await claim_one(store)
    assert (claim.job_id, claim.lane) == (f"reconcile:{comparison}", "bulk")
    assert await store.queue.open_work() == 1
    asked = await store.reconciles.get(comparison)
    assert asked is not None
    assert (asked.request, asked.report) == ({"connection": "desk"}, None)

    await store.reconciles.tell(comparison, {"recovered": 2})
    await store.queue.finish(claim, claim.job_id, {})
    done = await store.reconciles.get(comparison)
    assert done is not None
    assert done.report == {"recovered": 2}
    assert 0 < await store.redis.ttl(keys.RECONCILE + comparison) <= 7 * 86_400
    assert await store.queue.open_work() == 0
    assert await store.redis.keys("hs:event:*") == []


async def test_one_that_lost_its_job_gets_it_again(store: Store) -> None:
    comparison = await store.reconciles.ask({})
    job = f"reconcile:{comparison}"
    await store.redis.delete(keys.JOB + job)
    await store.redis.zrem(f"{keys.QUEUE}bulk", job)
    assert await store.queue.adopt(job)
    assert (await claim_one(store)).job_id == job
    assert b'"reconcile"' in job_for(job)


async def test_nothing_is_known_of_another(store: Store) -> None:
    assert await store.reconciles.get("other") is None


async def test_the_last_one_by_connection(store: Store) -> None:
    await store.reconciles.keep_last({})
    await store.reconciles.keep_last({"a": {"recovered": 1}, "b": {"recovered": 2}})
    await store.reconciles.keep_last({"b": {"recovered": 0}})
    assert await store.reconciles.last() == {"a": {"recovered": 1}, "b": {"recovered": 0}}


async def test_a_connection_is_known_from_the_first_time_on(store: Store) -> None:
    assert await store.reconciles.connected_since([], 5) == {}
    assert await store.reconciles.connected_since(["a"], 1000) == {"a": 1000}
    assert await store.reconciles.connected_since(["a", "b"], 2000) == {"a": 1000, "b": 2000}
