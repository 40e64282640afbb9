"""Versions of rules stay for as long as a run may need them."""

from __future__ import annotations

from store.client import Store
from store.retention import SPARE_MS, Bounds
from store.runs import RunId
from tests.store.builders import accept, an_event, claim_one
from tests.store.finished import done


async def test_a_version_stays_for_as_long_as_a_run_mentions_it(store: Store) -> None:
    first = await done(store)
    second = an_event()
    await accept(store, second)
    await store.runs.park(await claim_one(store), RunId(second.id, "tell"), 60, "v1")
    now = await store.retention.now_ms()
    await store.retention.whole_pass(Bounds(now + 1))
    assert await store.events.statuses([first.id, second.id]) == ["", "queued"]
    assert await store.retention.forget_versions(now + 2 * SPARE_MS) == 0
    assert await store.runs.version("v1") == b"rule"


async def test_a_version_that_nobody_needs_goes_after_a_while(store: Store) -> None:
    await done(store)
    await store.runs.keep_version("begun-and-killed", b"rule")
    now = await store.retention.now_ms()
    await store.retention.whole_pass(Bounds(now + 1))
    assert await store.retention.forget_versions(now) == 0
    assert await store.retention.forget_versions(now + SPARE_MS + 1000) == 2
    assert [name async for name in store.redis.scan_iter(match="hs:*version*")] == []


async def test_a_version_about_to_be_used_again_is_spared(store: Store) -> None:
    await done(store)
    await store.retention.whole_pass(Bounds(await store.retention.now_ms() + 1))
    await store.redis.zadd("hs:unused-versions", {"v1": 1})
    await store.runs.keep_version("v1", b"rule")
    assert await store.retention.forget_versions(await store.retention.now_ms()) == 0
    assert await store.runs.version("v1") == b"rule"


async def test_a_run_that_begins_in_a_newer_version_lets_go_of_the_older(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    claim = await claim_one(store)
    for version in ("v1", "v2"):
        await store.runs.keep_version(version, b"rule")
        await store.runs.write(claim, RunId(event.id, "tell"), {"version": version.encode()})
        await store.runs.write(claim, RunId(event.id, "tell"), {"version": version.encode()})
    assert await store.retention.forget_versions(await store.retention.now_ms() + 2 * SPARE_MS) == 1
    assert (await store.runs.version("v1"), await store.runs.version("v2")) == (None, b"rule")
