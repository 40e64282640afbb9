from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from store.client import Store
from store.event import Event
from store.events import Acceptance
from store.schedules import Pointer, firing_id
from tests.store.builders import claim_one

DAILY = "0 18 * * * UTC"
NOON, SIX = 1_772_452_800_000, 1_772_474_400_000
DAY = 86_400_000


def firing(due_ms: int) -> Acceptance:
    due = datetime.fromtimestamp(due_ms / 1000, UTC)
    return Acceptance(Event(id=firing_id("close", due_ms), kind="schedule", name="close", received_at=due), b"{}")


async def begun(store: Store) -> Pointer:
    assert await store.schedules.begin("close", DAILY, NOON)
    return (await store.schedules.all())["close"]


async def test_it_starts_where_it_was_first_seen(store: Store) -> None:
    assert await store.schedules.all() == {}
    assert await begun(store) == Pointer(DAILY, NOON)
    assert not await store.schedules.begin("close", DAILY, SIX)
    assert await store.schedules.all() == {"close": Pointer(DAILY, NOON)}


async def test_another_line_starts_anew_and_remembers_what_was(store: Store) -> None:
    pointer = await begun(store)
    await store.schedules.move("close", pointer, SIX, firing=firing(SIX))
    assert await store.schedules.begin("close", "0 19 * * * UTC", SIX + 5)
    after = (await store.schedules.all())["close"]
    assert (after.identity, after.handled_ms) == ("0 19 * * * UTC", SIX + 5)
    assert (after.fired_ms, after.event_id) == (SIX, firing_id("close", SIX))
    assert not await store.schedules.move("close", pointer, SIX + DAY, firing=firing(SIX + DAY))


async def test_a_firing_is_an_event_with_a_job(store: Store) -> None:
    pointer = await begun(store)
    assert await store.schedules.move("close", pointer, SIX, firing=firing(SIX))
    assert (await claim_one(store)).job_id == firing_id("close", SIX)
    stored = await store.events.get(firing_id("close", SIX))
    assert stored is not None
    assert (stored.status, stored.event.name, stored.lane) == ("queued", "close", "background")
    assert stored.event.received_at == datetime.fromtimestamp(SIX / 1000, UTC)
    assert await store.queue.open_work() == 1


async def test_of_many_one_fires(store: Store) -> None:
    pointer = await begun(store)
    moves = [store.schedules.move("close", pointer, SIX, firing=firing(SIX)) for _ in range(10)]
    assert sorted(await asyncio.gather(*moves)) == [False] * 9 + [True]
    assert await store.events.count() == 1


async def test_a_moment_that_was_handled_is_not_made_an_event_again(store: Store) -> None:
    """Also when its pointer was lost in between."""
    pointer = await begun(store)
    await store.schedules.move("close", pointer, SIX, firing=firing(SIX))
    claim = await claim_one(store)
    await store.queue.finish(claim, claim.job_id, {})
    await store.redis.delete("hs:schedule:close")
    await store.schedules.move("close", await begun(store), SIX, firing=firing(SIX))
    assert await store.events.statuses([claim.job_id]) == ["done"]
    assert (await store.queue.claim("w", {"background": 5})).jobs == []


async def test_what_was_skipped_is_counted(store: Store) -> None:
    pointer = await begun(store)
    assert await store.schedules.move("close", pointer, SIX + DAY, skipped=[SIX, SIX + DAY])
    pointer = (await store.schedules.all())["close"]
    assert (pointer.skipped, pointer.skipped_ms, pointer.event_id) == (2, SIX + DAY, "")
    last = SIX + 3 * DAY
    assert await store.schedules.move("close", pointer, last, skipped=[SIX + 2 * DAY], firing=firing(last))
    pointer = (await store.schedules.all())["close"]
    assert (pointer.skipped, pointer.skipped_ms, pointer.fired_ms) == (3, SIX + 2 * DAY, last)


async def test_a_schedule_nobody_has_is_forgotten_after_a_while(store: Store) -> None:
    pointer = await begun(store)
    assert not await store.schedules.retire("close", NOON, 60)
    assert (await store.schedules.all())["close"].absent
    assert not await store.schedules.retire("close", NOON + 59_999, 60)
    assert await store.schedules.retire("close", NOON + 60_000, 60)
    assert await store.schedules.all() == {}
    assert not await store.schedules.move("close", pointer, SIX, firing=firing(SIX))
    assert not await store.schedules.retire("close", NOON, 60)
    assert await store.redis.keys("hs:schedule*") == []


async def test_one_who_has_it_keeps_it(store: Store) -> None:
    await begun(store)
    await store.schedules.retire("close", NOON, 60)
    await store.schedules.keep("close")
    assert not (await store.schedules.all())["close"].absent
    assert not await store.schedules.retire("close", NOON + 70_000, 60)
    assert "close" in await store.schedules.all()


async def test_the_clock_is_the_stores(store: Store) -> None:
    seconds, _ = await store.redis.time()
    assert await store.schedules.now_ms() == pytest.approx(seconds * 1000, abs=2000)


def test_ids_tell_rules_and_moments_apart() -> None:
    ids = {firing_id("close", SIX), firing_id("close", SIX + 1), firing_id("open", SIX)}
    assert len(ids) == 3
    assert firing_id("close", SIX) == firing_id("close", SIX)
    assert {len(each) for each in ids} == {len("evt_") + 32}
    assert sorted([firing_id("b", SIX), firing_id("a", SIX + DAY)])[0] == firing_id("b", SIX)
