"""Which events are removed, and that all of each goes."""

from __future__ import annotations

from typing import Any

import orjson

from store.client import Store, open_store
from store.retention import BATCH, Bounds, Keep, Walk
from tests.store.builders import accept, an_event, claim_one
from tests.store.finished import DAY, FALLBACK, done, keys_about, rewind
from tests.store.servers import Server


async def test_what_is_over_goes_with_everything_that_belongs_to_it(store: Store) -> None:
    event = await done(store)
    run_id = f"{event.id}/tell/t1"
    assert await keys_about(store, event.id) == {
        f"hs:event:{event.id}", f"hs:trace:{event.id}", f"hs:answers:{event.id}", f"hs:run:{run_id}",
        f"hs:memory-done:{run_id}/s", f"hs:memory-done:{run_id}/each#1",
    }  # fmt: skip
    now = await store.retention.now_ms()
    assert await store.retention.whole_pass(Bounds(now - DAY)) == 0
    assert await store.retention.whole_pass(Bounds(now + 1)) == 1
    assert await keys_about(store, event.id) == set()
    assert await store.events.count() == 0
    assert await store.retention.whole_pass(Bounds(now + 1)) == 0


async def test_age_counts_from_the_end(store: Store) -> None:
    """What was worked off after a month can still be looked at."""
    event = an_event()
    await accept(store, event)
    await rewind(store, event.id, 30)
    await store.queue.finish(await claim_one(store), event.id, {})
    now = await store.retention.now_ms()
    assert await store.retention.whole_pass(Bounds(now - 7 * DAY)) == 0
    await rewind(store, event.id, 8)
    assert await store.retention.whole_pass(Bounds(now - 7 * DAY)) == 1


async def test_connections_have_an_age_of_their_own(store: Store) -> None:
    events = {name: await done(store, connection=name) for name in ("desk", "long", "short", "always")}
    for event in events.values():
        await rewind(store, event.id, 10)
    keep = Keep(7 * 86_400, connections={"long": 30 * 86_400, "short": 86_400, "always": 0})
    now = await store.retention.now_ms()
    assert await store.retention.whole_pass(keep.bounds(now)) == 2
    assert await store.events.statuses([event.id for event in events.values()]) == ["", "done", "", "done"]
    only_short = Keep(0, connections={"long": 86_400})
    assert await store.retention.whole_pass(only_short.bounds(now)) == 1


async def test_the_oldest_go_when_there_are_too_many(store: Store) -> None:
    events = [await done(store) for _ in range(5)]
    waiting = an_event()
    await accept(store, waiting)
    for age, event in enumerate([waiting, *events]):
        await rewind(store, event.id, 20 - age)
    assert await store.retention.whole_pass(Keep(events=4).bounds(await store.retention.now_ms())) == 2
    statuses = await store.events.statuses([event.id for event in [waiting, *events]])
    assert statuses == ["queued", "", "", "done", "done", "done"]


async def test_no_limit_is_no_limit(store: Store) -> None:
    await rewind(store, (await done(store)).id, 4000)
    assert await store.retention.whole_pass(Keep().bounds(await store.retention.now_ms())) == 0


async def test_a_pass_goes_in_steps_over_what_stays(store: Store) -> None:
    for number in range(2 * BATCH + 20):
        event = an_event()
        await accept(store, event, due_in=60 if number % 2 else 0)
    claims = (await store.queue.claim("w", {"background": 1000})).jobs
    for job in claims:
        await store.queue.finish(job.claim, job.claim.job_id, {})
    walk, steps = Walk(), 0
    while not walk.over:
        await store.retention.step(walk, Bounds(await store.retention.now_ms() + 1))
        steps += 1
    assert (walk.removed, await store.events.count(), steps) == (BATCH + 10, BATCH + 10, 3)


async def test_a_duplicate_of_what_is_gone_is_still_one_and_leaves_nothing(store: Store) -> None:
    event = await done(store, dedup_key="k")
    await store.retention.whole_pass(Bounds(await store.retention.now_ms() + 1))
    again = await accept(store, an_event("tool-calls", dedup_key="k"))
    assert (again.duplicate, again.event_id) == (True, event.id)
    assert await store.answers.collect(event.id, ["t1"], FALLBACK, close=False) == [FALLBACK]
    await store.answers.mark_sent(event.id, ["t1"])
    assert await keys_about(store, event.id) == set()
    assert await store.redis.zscore("hs:unsent", event.id) is None


async def test_a_store_without_any_room_can_be_cleared(tmp_path: Any) -> None:
    server = Server(tmp_path).start()
    store = open_store(server.url)
    event = await done(store)
    used = (await store.redis.info("memory"))["used_memory"]
    await store.redis.config_set("maxmemory", used // 2)
    assert await store.retention.whole_pass(Bounds(await store.retention.now_ms() + 1)) == 1
    assert await keys_about(store, event.id) == set()
    await store.close()
    server.kill()


async def test_the_oldest(store: Store) -> None:
    assert await store.retention.oldest_ms() is None
    first, _ = await done(store), await done(store)
    await rewind(store, first.id, 3)
    oldest = await store.retention.oldest_ms()
    assert oldest is not None
    assert abs(await store.retention.now_ms() - 3 * DAY - oldest) < 5000


def test_bounds() -> None:
    bounds = Keep(2, 5, {"a": 0, "b": 1}).bounds(10_000)
    assert bounds == Bounds(8_000, 5, {"a": 0, "b": 9_000})
    assert orjson.dumps(bounds.connections) == b'{"a":0,"b":9000}'
