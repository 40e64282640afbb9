from __future__ import annotations

import asyncio

import pytest

from store import pauses as module
from store.client import Store
from store.event import Event
from store.pauses import Pause, covering
from store.runs import Claim, RunId, Stopped
from tests.store.builders import ALL_LANES, accept, an_event, claim_one

RECORD = b'{"outcome":"paused"}'


async def stopped(store: Store, rule: str = "tell", *, lane: str = "background", **fields: str) -> Event:
    """An event whose only run waits for a pause to end."""
    event = an_event(**fields)
    await accept(store, event, lane=lane)
    claim = await claim_one(store)
    await park(store, claim, event, rule)
    await store.queue.finish(claim, event.id, {})
    return event


async def park(store: Store, claim: Claim, event: Event, rule: str = "tell", *, under_way: bool = False) -> None:
    note = Stopped(event.connection, under_way, f"rule:{rule}:", RECORD)
    await store.runs.park(claim, RunId(event.id, rule), 1.0, "v1", stopped=note)


async def due(store: Store) -> list[str]:
    return [job.claim.job_id for job in (await store.queue.claim("w", ALL_LANES)).jobs]


def job_of(event: Event) -> str:
    return RunId(event.id, "tell").job_id


@pytest.mark.parametrize(
    ("scope", "covers"), [("all", True), ("rule:tell", True), ("connection:desk", True), ("rule:desk", False)]
)
async def test_what_a_pause_covers(store: Store, scope: str, covers: bool) -> None:
    await store.pauses.begin(scope, "anna")
    found = covering(await store.pauses.all(), "tell", "desk")
    assert (found is not None and found.scope == scope) == covers


async def test_who_paused_it_since_when_and_why(store: Store) -> None:
    begun = await store.pauses.begin("rule:tell", "anna", "the CRM is down")
    now = (await store.redis.time())[0] * 1000
    assert now - 2000 < begun.since_ms < now + 2000
    assert await store.pauses.all() == {"rule:tell": Pause("rule:tell", "anna", "the CRM is down", begun.since_ms)}
    await asyncio.sleep(0.002)
    again = await store.pauses.begin("rule:tell", "ben", "still down")
    assert again == Pause("rule:tell", "ben", "still down", begun.since_ms)


@pytest.mark.parametrize("lane", ["background", "bulk"])
async def test_a_run_waits_until_its_pause_is_lifted(store: Store, lane: str) -> None:
    await store.pauses.begin("rule:tell", "anna")
    event = await stopped(store, lane=lane)
    assert await due(store) == []
    assert (await store.events.trace(event.id))["rule:tell:"] == {"outcome": "paused"}
    assert await store.pauses.held((await store.pauses.all()).values()) == {"rule:tell": 1}
    lifted = await store.pauses.resume("rule:tell")
    assert (lifted.found, lifted.runs) == (True, 1)
    assert await due(store) == [job_of(event)]
    assert await store.events.trace(event.id) == {}
    assert await store.pauses.count() == 0


async def test_one_that_two_pauses_cover_waits_for_both(store: Store) -> None:
    for scope in ("rule:tell", "connection:desk", "rule:other"):
        await store.pauses.begin(scope, "anna")
    event = await stopped(store)
    assert (await store.pauses.resume("rule:tell")).runs == 0
    assert await due(store) == []
    assert (await store.pauses.resume("connection:desk")).runs == 1
    assert await due(store) == [job_of(event)]


async def test_lifting_what_is_not_paused(store: Store) -> None:
    assert not (await store.pauses.resume("all")).found
    assert not (await store.pauses.drop("all", "anna")).found


async def test_a_worker_that_does_not_know_yet_that_the_pause_was_lifted_looks_again_soon(store: Store) -> None:
    event = await stopped(store)
    batch = await store.queue.claim("w", ALL_LANES)
    assert batch.jobs == []
    assert batch.next_due == pytest.approx(1.0, abs=0.2)
    assert "rule:tell:" not in await store.events.trace(event.id)
    assert await store.pauses.count() == 0


async def test_dropped_runs_end_with_paused_as_their_last_word(store: Store) -> None:
    await store.pauses.begin("rule:tell", "anna")
    await store.pauses.begin("rule:other", "anna")
    event, other = await stopped(store), await stopped(store, "other")
    lifted = await store.pauses.drop("rule:tell", "ben")
    assert lifted.runs == 1
    assert await store.events.statuses([event.id, other.id]) == ["done", "waiting"]
    trace = await store.events.trace(event.id)
    assert (trace["rule:tell:"], trace["dropped:tell:"]) == ({"outcome": "paused"}, {"by": "ben"})
    assert await store.queue.depth() == {"live": 0, "background": 1, "bulk": 0}
    assert await store.queue.open_work() == 1
    assert list(await store.pauses.all()) == ["rule:other"]


@pytest.mark.parametrize("drop", [False, True])
async def test_many_are_looked_at_in_batches(store: Store, monkeypatch: pytest.MonkeyPatch, drop: bool) -> None:
    monkeypatch.setattr(module, "BATCH", 3)
    await store.pauses.begin("all", "anna")
    await store.pauses.begin("rule:kept", "anna")
    for number in range(20):
        await stopped(store, "kept" if number % 2 else "tell")
    assert await store.pauses.held((await store.pauses.all()).values()) == {"all": 20, "rule:kept": 10}
    lifted = await (store.pauses.drop("all", "anna") if drop else store.pauses.resume("all"))
    assert lifted.runs == 10
    assert await store.pauses.count() == 10
    assert len(await due(store)) == (0 if drop else 10)


async def test_a_run_that_was_just_taken_up_is_left_to_its_worker(store: Store) -> None:
    await store.pauses.begin("all", "anna")
    event = await stopped(store)
    await store.redis.zadd("hs:queue:background", {job_of(event): 1})
    claim = await claim_one(store)
    assert (await store.pauses.resume("all")).runs == 0
    assert await store.queue.renew([claim]) == set()
    await store.queue.finish(claim, event.id, {})
    assert await store.pauses.count() == 0


async def test_what_somebody_left_behind_goes_on(store: Store) -> None:
    """Whoever lifted the pause died before the runs were made due."""
    await store.pauses.begin("rule:tell", "anna")
    event = await stopped(store)
    await store.redis.delete("hs:pauses")
    assert await store.pauses.let_go() == 1
    assert await due(store) == [job_of(event)]


async def test_while_everything_is_paused_nothing_is_let_go(store: Store) -> None:
    await store.pauses.begin("all", "anna")
    await stopped(store)
    assert await store.pauses.let_go() == 0
    assert await store.pauses.count() == 1


async def test_only_a_run_that_had_not_begun_is_decided_afresh(store: Store) -> None:
    await store.pauses.begin("all", "anna")
    for under_way in (False, True):
        event = an_event()
        await accept(store, event)
        claim = await claim_one(store)
        if under_way:
            await store.runs.write(claim, RunId(event.id, "tell"), {"step:a": b'{"state":"done"}'})
        await park(store, claim, event, under_way=under_way)
        assert (await store.runs.load(RunId(event.id, "tell"))).afresh is not under_way
        await store.queue.finish(claim, event.id, {})


async def test_a_tool_call_whose_id_holds_slashes_is_told_under_its_own_name(store: Store) -> None:
    await store.pauses.begin("rule:tell", "anna")
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    note = Stopped(event.connection, False, "rule:tell:t/1", RECORD)
    await store.runs.park(claim, RunId(event.id, "tell", "t/1"), 1.0, "v1", stopped=note)
    await store.queue.finish(claim, event.id, {})
    await store.pauses.resume("rule:tell")
    assert "rule:tell:t/1" not in await store.events.trace(event.id)
