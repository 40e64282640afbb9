from __future__ import annotations

from typing import Any

import pytest

from store.event import Call, Event
from tests.store.builders import an_event
from tests.workers.clients.support import refused
from tests.workers.support import Shop

NOTE = "on: status-update\nsteps:\n  - id: note\n    action: memory.add\n    with: { scope: caller, key: notes }\n"
BUSY = """
on: status-update
steps:
  - action: http.request
    with: { url: 'https://crm.test/x' }
    retry: { tries: 9, first: 60s }
  - id: note
    action: memory.add
    with: { scope: caller, key: notes }
"""
"""Its first step finds the far side busy, so the run is parked until somebody hurries it."""


@pytest.fixture
def busy(shop: Shop) -> Shop:
    shop.platform.routes["GET /x"] = refused(503, {})
    return shop


def call_from(number: str) -> Event:
    return an_event(call=Call(id=f"call-of-{number}", from_=number, to="+31850000001"))


async def outcomes(shop: Shop, events: list[Event]) -> list[str]:
    return [(await shop.trace(event, "alarm"))["outcome"] for event in events]


async def posted(shop: Shop, count: int, **fields: Any) -> list[Event]:
    events = []
    for _ in range(count):
        events.append(await shop.post(an_event(**fields)))
        await shop.work()
    return events


async def test_a_limit_holds_back_what_is_too_much(shop: Shop) -> None:
    shop.rule("alarm", NOTE + "limit: { count: 2, per: 1h, key: call.from }\n")
    events = await posted(shop, 4)
    assert await outcomes(shop, events) == ["ran", "ran", "limited", "limited"]
    assert await shop.store.memory.recall("caller:+31612340001") == {"notes": 2}
    told = await shop.trace(events[3], "alarm")
    assert told["stopped_at"] == "limit"
    assert "no place is free" in told["error"]
    other = await shop.post(call_from("+31600000000"))
    await shop.work()
    assert await outcomes(shop, [other]) == ["ran"]


async def test_a_limit_that_delays_parks_the_run(shop: Shop) -> None:
    shop.rule("alarm", NOTE + "limit: { count: 1, per: 1h, key: call.from, excess: delay }\n")
    events = await posted(shop, 2)
    assert await shop.status(events[1]) == "waiting"
    await shop.store.redis.delete("hs:hold:limit:alarm:+31612340001")
    await shop.hurry()
    await shop.work()
    assert await outcomes(shop, events) == ["ran", "ran"]


async def test_once(shop: Shop) -> None:
    shop.rule("alarm", NOTE + "once: { key: call.id }\n")
    assert await outcomes(shop, await posted(shop, 3)) == ["ran", "limited", "limited"]


async def test_what_does_not_match_takes_no_place(shop: Shop) -> None:
    shop.rule("alarm", NOTE + "if: call.from != '+31612340001'\nonce: { key: '\"all\"' }\n")
    missed = await posted(shop, 1)
    hit = await shop.post(call_from("+31600000000"))
    await shop.work()
    assert await outcomes(shop, [*missed, hit]) == ["not_matched", "ran"]


async def test_an_empty_key_counts_nothing_and_says_so(shop: Shop) -> None:
    shop.rule("alarm", NOTE + "once: { key: call.from }\n")
    events = [await shop.post(call_from("")) for _ in range(2)]
    await shop.work()
    assert await outcomes(shop, events) == ["ran", "ran"]
    assert "the key is empty" in (await shop.trace(events[0], "alarm"))["holds"][0]


async def test_a_resumed_run_keeps_its_place(busy: Shop) -> None:
    busy.rule("alarm", BUSY + "limit: { count: 1, per: 1h, key: call.from }\n")
    event = await busy.post(an_event())
    await busy.work()
    assert await busy.status(event) == "waiting"
    busy.platform.routes["GET /x"] = {}
    await busy.hurry()
    await busy.work()
    assert await outcomes(busy, [event]) == ["ran"]


@pytest.mark.parametrize(("mode", "second"), [("skip", "done"), ("queue", "waiting")])
async def test_one_at_a_time(busy: Shop, mode: str, second: str) -> None:
    busy.rule("alarm", BUSY + f"concurrency: {{ key: '\"crm\"', max: 1, mode: {mode} }}\n")
    first = await busy.post(an_event())
    await busy.work()
    assert await busy.status(first) == "waiting"
    event = await busy.post(an_event())
    await busy.work()
    assert await busy.status(event) == second
    busy.platform.routes["GET /x"] = {}
    await busy.hurry()
    await busy.work()
    await busy.hurry()
    await busy.work()
    assert await outcomes(busy, [first, event]) == ["ran", "limited" if mode == "skip" else "ran"]
    assert await busy.store.memory.recall("caller:+31612340001") == {"notes": 1 if mode == "skip" else 2}


async def test_the_newest_takes_over_between_steps(busy: Shop) -> None:
    busy.rule("alarm", BUSY + "concurrency: { key: '\"crm\"', max: 1, mode: restart }\n")
    first = await busy.post(an_event())
    await busy.work()
    second = await busy.post(an_event())
    await busy.work()
    assert await busy.status(second) == "waiting"
    busy.platform.routes["GET /x"] = {}
    await busy.hurry()
    await busy.work()
    assert sorted(await outcomes(busy, [first, second])) == ["overtaken", "ran"]
    assert await outcomes(busy, [first]) == ["overtaken"]
    assert await busy.store.memory.recall("caller:+31612340001") == {"notes": 1}
