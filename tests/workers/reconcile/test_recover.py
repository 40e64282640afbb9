from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.responses import JSONResponse

from receiver.providers.flireo.normalise import normalise
from receiver.raw import RawDelivery
from store.connections import Api, AuthEntry
from store.event import Call, new_event_id
from store.events import Acceptance
from store.retention import Keep
from tests.store.builders import an_event
from tests.workers.clients.support import Seen
from tests.workers.support import Shop, front_desk
from workers.reconcile.outcome import Outcome
from workers.reconcile.recover import Comparer, Wanted

AUTH = (AuthEntry(scheme="path_token", secret="t"),)
SINCE = Wanted(since=datetime.now(UTC) - timedelta(hours=2))


def at(minutes: float) -> str:
    return (datetime.now(UTC) - timedelta(minutes=minutes)).isoformat()


def a_call(call: str, **fields: Any) -> dict[str, Any]:
    usual = {
        "id": call, "caller_phone": "+31612340001", "assistant_phone": "+31850000001", "status": "ended",
        "direction": "inbound", "created_at": at(31), "started_at": at(31), "ended_at": at(30),
        "messages": [{"role": "user", "content": f"this is {call}"}],
    }  # fmt: skip
    return usual | fields


@pytest.fixture
def desk(shop: Shop) -> Shop:
    shop.connections["desk"] = front_desk(generation="g3", auth=AUTH)
    listed(shop, a_call("c1"))
    return shop


def listed(shop: Shop, *calls: dict[str, Any]) -> None:
    answer = {"calls": list(calls), "pagination": {"total": len(calls)}}
    shop.platform.routes["GET /calls"] = answer
    shop.platform.routes |= {f"GET /calls/{each['id']}": each for each in calls}


async def compare(shop: Shop, wanted: Wanted = SINCE, keep: Keep | None = None) -> dict[str, Outcome]:
    found = await Comparer(shop.desk, keep or Keep()).compare(wanted)
    return {each.connection: each for each in found}


async def heard(shop: Shop, call: str, kind: str = "end-of-call-report", **fields: Any) -> None:
    await shop.post(an_event(kind, call=Call(id=call), **fields))


async def test_a_call_nobody_told_us_of_becomes_an_event_once(desk: Shop) -> None:
    outcome = (await compare(desk))["desk"]
    assert (outcome.known, outcome.missing, outcome.recovered, outcome.whole) == (1, 1, 1, 0)
    (event_id,) = await desk.store.calls.events_of("desk", "c1")
    stored = await desk.store.events.get(event_id)
    assert stored is not None
    event = stored.event
    assert (event.kind, event.recovered, event.generation, stored.lane) == ("end-of-call-report", True, "g3", "bulk")
    assert (event.call.from_, event.report.transcript) == ("+31612340001", "user: this is c1")
    assert event.raw["id"] == "c1"
    again = (await compare(desk))["desk"]
    assert (again.missing, again.whole) == (0, 1)
    assert await desk.store.events.count() == 1


async def test_its_own_report_that_comes_later_is_the_same_one(desk: Shop) -> None:
    await compare(desk)
    body = b'{"message": {"type": "end-of-call-report", "call": {"id": "c1"}, "duration_seconds": 60}}'
    late = normalise(RawDelivery(body, connection="desk"))
    late.id = new_event_id()
    accepted = await desk.store.events.accept(Acceptance(late, body))
    assert accepted.duplicate
    assert [accepted.event_id] == await desk.store.calls.events_of("desk", "c1")


async def test_two_at_once_recover_once(desk: Shop) -> None:
    listed(desk, *(a_call(f"c{number}") for number in range(20)))
    found = await asyncio.gather(*(compare(desk) for _ in range(4)))
    assert sum(each["desk"].recovered for each in found) == 20
    assert all(each["desk"].recovered + each["desk"].whole == 20 for each in found)
    assert await desk.store.events.count() == 20


async def test_what_was_received_is_left_alone(desk: Shop) -> None:
    listed(
        desk,
        a_call("c1"),
        a_call("c2"),
        a_call("c3", ended_at=at(1)),
        a_call("c4", status="in-progress", ended_at=None),
    )
    await heard(desk, "c1")
    await heard(desk, "c2", "status-update")
    outcome = (await compare(desk))["desk"]
    assert (outcome.known, outcome.whole, outcome.recovered, outcome.in_progress) == (4, 1, 1, 2)
    assert outcome.undelivered == {"status-update": 1, "end-of-call-report": 1}
    assert [each["call"] for each in outcome.calls] == ["c2"]


async def test_only_telling(desk: Shop) -> None:
    outcome = (await compare(desk, Wanted(since=SINCE.since, dry_run=True)))["desk"]
    assert (outcome.missing, outcome.recovered, outcome.calls[0]["event"]) == (1, 0, "")
    assert await desk.store.events.count() == 0


async def test_calls_from_before_a_connection_was_known_are_not_brought_back_by_themselves(desk: Shop) -> None:
    assert (await compare(desk, Wanted()))["desk"].known == 0
    known_since = round((datetime.now(UTC) - timedelta(hours=1)).timestamp() * 1000)
    await desk.store.redis.hset("hs:connected", "desk", str(known_since))  # type: ignore[misc]
    listed(desk, a_call("c1"), a_call("older", created_at=at(90), started_at=at(90), ended_at=at(80)))
    assert [each["call"] for each in (await compare(desk, Wanted()))["desk"].calls] == ["c1"]


async def test_what_a_list_leaves_out_is_asked_for(desk: Shop) -> None:
    listed(desk, a_call("c1"))
    desk.platform.routes["GET /calls"] = {"calls": [a_call("c1", messages=None)], "pagination": {"total": 1}}
    await compare(desk)
    assert desk.platform.said() == ["GET /calls", "GET /calls/c1"]


async def test_one_call_that_cannot_be_read_holds_up_no_other(desk: Shop) -> None:
    listed(desk, a_call("c1", messages=None), a_call("c2"))
    desk.platform.routes["GET /calls/c1"] = JSONResponse({"error": "broken"}, 500)
    outcome = (await compare(desk))["desk"]
    assert (outcome.missing, outcome.recovered, outcome.still_missing) == (2, 1, 1)
    assert "500" in outcome.calls[0]["why"]


async def test_a_platform_that_refuses_holds_up_no_other(desk: Shop) -> None:
    other = Api(base_url="https://flireo.test", key="another")
    desk.connections["second"] = front_desk(name="second", generation="g3", auth=AUTH, api=other)
    desk.connections["first_generation"] = front_desk(name="first_generation", generation="g1", auth=AUTH)
    desk.connections["any"] = front_desk(name="any", provider="generic", auth=AUTH, api=None)
    desk.connections["unheard"] = front_desk(name="unheard", generation="g3", api=Api(base_url="https://x", key="x"))

    def by_key(seen: Seen) -> Any:
        refused = seen.headers["authorization"] == "Bearer another"
        return JSONResponse({"error": "no"}, 401) if refused else {"calls": [a_call("c1")], "pagination": {"total": 1}}

    desk.platform.routes["GET /calls"] = by_key
    found = await compare(desk)
    assert set(found) == {"desk", "second", "first_generation", "any"}
    assert (found["desk"].why, found["desk"].recovered) == ("", 1)
    assert "401" in found["second"].why
    assert "no list of calls" in found["first_generation"].why
    assert found["any"].why


async def test_connections_of_one_account_share_its_calls(desk: Shop) -> None:
    desk.connections["night"] = front_desk(name="night", generation="g2", auth=AUTH)
    listed(desk, a_call("c1"), a_call("c2"), a_call("c3"))
    await heard(desk, "c1", connection="night")
    await heard(desk, "c2", "assistant-request", connection="night")
    found = await compare(desk)
    assert (found["desk"].known, found["desk"].recovered) == (1, 1)
    assert (found["night"].known, found["night"].whole, found["night"].recovered) == (2, 1, 1)
    assert len(await desk.store.calls.events_of("night", "c2")) == 2
    assert desk.platform.said().count("GET /calls") == 1
    only = await compare(desk, Wanted(frozenset({"night"}), SINCE.since))
    assert list(only) == ["night"]


async def test_a_list_that_is_too_long_is_said_to_be(desk: Shop) -> None:
    def endless(seen: Seen) -> Any:
        return {"calls": [a_call(f"{seen.query}-{number}") for number in range(2)], "pagination": {"total": 10**6}}

    desk.platform.routes["GET /calls"] = endless
    assert not (await compare(desk, Wanted(since=SINCE.since, dry_run=True)))["desk"].complete


async def test_a_report_under_another_key_is_noticed(desk: Shop) -> None:
    await compare(desk)
    await heard(desk, "c1")
    outcome = (await compare(desk))["desk"]
    assert (outcome.came_twice, outcome.whole) == (1, 1)


def test_what_was_asked_for() -> None:
    assert Wanted.of({"by": "schedule"}) == Wanted()
    asked = {"connections": ["a"], "since": "2026-03-02T09:00:00+00:00", "grace": 0.0, "dry_run": True}
    since = datetime(2026, 3, 2, 9, tzinfo=UTC)
    assert Wanted.of(asked) == Wanted(frozenset({"a"}), since, dry_run=True, grace=timedelta(0))
