"""Two workers and one API key: its limit is one for both, callers who wait come first, and a 429 stops everybody."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from store.client import Store
from tests.store.builders import an_event
from tests.workers.clients.support import Platform, refused
from tests.workers.support import Shop
from workers.actions.ports.flireo import FlireoLaterPort

AGENT = "GET /assistants/a1"
BACKGROUND = """
on: status-update
steps:
  - { id: s, action: agent.get, with: { agent: a1 }, retry: { tries: 1 } }
"""
LIVE = """
on: { tool-calls: look_up }
steps:
  - { id: s, action: agent.get, with: { agent: a1 } }
answer: { result: '${{ steps.s.name }}' }
"""


@pytest.fixture(autouse=True)
def five_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that four of them are for work nobody waits for."""
    monkeypatch.setattr(FlireoLaterPort, "per_minute", 5)


def two(store: Store, folder: Path, answer: Any) -> tuple[Shop, Shop]:
    """Two workers with rules, connections and clients of their own, before one platform."""
    platform = Platform({AGENT: answer})
    workers = Shop(store, folder, platform), Shop(store, folder, platform)
    for worker in workers:
        worker.rule("background", BACKGROUND)
        worker.rule("live", LIVE)
    return workers


async def a_minute_later(shop: Shop) -> None:
    """All places are free again, and whoever waited is due."""
    for key in await shop.store.redis.keys("hs:rate:*"):
        await shop.store.redis.delete(key)
    await shop.hurry()


async def test_what_nobody_waits_for_leaves_places_for_callers(store: Store, tmp_path: Path) -> None:
    one, other = two(store, tmp_path, {"assistant": {"id": "a1", "name": "Day"}})
    events = [await one.post(an_event()) for _ in range(8)]
    await asyncio.gather(one.work(), other.work())
    assert len(one.platform.seen) == 4
    assert sorted([await one.status(event) for event in events]) == ["done"] * 4 + ["waiting"] * 4

    caller = await other.post(an_event("tool-calls"))
    await other.work()
    assert await other.said(caller) == {"result": "Day"}
    assert len(one.platform.seen) == 5


async def test_who_is_held_is_parked_has_lost_no_try_and_comes_back(store: Store, tmp_path: Path) -> None:
    one, other = two(store, tmp_path, {"assistant": {"id": "a1", "name": "Day"}})
    events = [await one.post(an_event()) for _ in range(6)]
    await asyncio.gather(one.work(), other.work())
    (held, _) = [event for event in events if await one.status(event) == "waiting"]
    record = (await one.steps(held, "background"))["s"]
    assert (record["state"], record["attempts"], record["held"]["times"]) == ("waiting", [], 1)
    assert "no place in Flireo's 5 requests a minute" in record["held"]["why"]
    assert await store.redis.zcard("hs:queue:background") == 2

    await a_minute_later(one)
    await asyncio.gather(one.work(), other.work())
    assert [await one.status(event) for event in events] == ["done"] * 6
    assert len((await one.steps(held, "background"))["s"]["attempts"]) == 1
    assert await one.letters() == []


async def test_a_429_stops_every_worker_of_that_key(store: Store, tmp_path: Path) -> None:
    one, other = two(store, tmp_path, refused(429, {"error": "rate_limit_exceeded"}, {"Retry-After": "30"}))
    await one.post(an_event())
    await one.work()
    assert len(one.platform.seen) == 1
    event = await other.post(an_event())
    await other.work()
    assert len(other.platform.seen) == 1
    assert (await other.steps(event, "background"))["s"]["attempts"] == []
    assert await other.status(event) == "waiting"


async def test_a_caller_who_cannot_be_served_in_time_gets_the_fallback(store: Store, tmp_path: Path) -> None:
    one, _ = two(store, tmp_path, {})
    await store.rates.rest(await _key(one), 120)
    caller = await one.post(an_event("tool-calls"))
    await one.work()
    assert one.platform.seen == []
    assert "no time left to wait" in (await one.steps(caller, "live", "t1"))["s"]["error"]
    assert await one.said(caller) == {"result": "Later."}


async def _key(shop: Shop) -> str:
    """The name of the key's limit, as a first request leaves it."""
    await shop.post(an_event())
    await shop.work()
    shop.platform.seen.clear()
    (name,) = await shop.store.redis.keys("hs:rate:flireo:key:*")
    written = name.decode() if isinstance(name, bytes) else str(name)
    return written.removeprefix("hs:rate:")


async def test_a_caller_waits_in_place_for_a_rest_that_ends_in_time(store: Store, tmp_path: Path) -> None:
    one, _ = two(store, tmp_path, {"assistant": {"id": "a1", "name": "Day"}})
    await store.rates.rest(await _key(one), 0.05)
    caller = await one.post(an_event("tool-calls"))
    await one.work()
    assert await one.said(caller) == {"result": "Day"}


async def test_somebody_who_asks_whether_it_happened_is_held_without_counting(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workers.tries.VERIFY_SETTLES", -60.0)
    one, _ = two(store, tmp_path, {})
    one.rule(
        "calls",
        "on: status-update\nsteps:\n  - { id: s, action: call.start, with: { agent: a1, to: '+31612340001' } }\n",
    )
    one.without("background")
    one.platform.routes["POST /calls/outbound"] = refused(500, {"error": "x"})
    event = await one.post(an_event())
    job, lease = await one.take()
    held: list[float] = []

    async def full(key: str, limit: int, window: float, who: str = "") -> float:
        held.append(1.0)
        return 0.0 if len(held) == 1 else 5.0

    monkeypatch.setattr(one.store.rates, "wait_for", full)
    await one.perform(job, lease)
    record = (await one.steps(event, "calls"))["s"]
    assert (record["state"], record.get("asked", 0), len(record["attempts"])) == ("started", 0, 1)
    assert (await one.status(event), await one.letters()) == ("waiting", [])
