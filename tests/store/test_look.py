from __future__ import annotations

import orjson
import pytest

from store import keys, look
from store.client import Store
from store.event import Call, Event
from store.events import Acceptance
from store.look import Wanted

ANY = Wanted()


async def put(store: Store, number: int, body: bytes = b"{}", **fields: object) -> str:
    told = {"connection": "desk", "kind": "message", "call": Call(id="c1", from_="+31612340001", to="+31850000001")}
    event = Event(**{"id": f"evt_{number:03}", "provider": "flireo", **told, **fields})
    await store.events.accept(Acceptance(event, body))
    return event.id


async def ids(store: Store, wanted: Wanted = ANY, count: int = 100, cursor: str = "") -> list[str]:
    return [row.id for row in (await look.look(store.redis, wanted, count, cursor)).rows]


async def decide(store: Store, event_id: str, rule: str, outcome: str) -> None:
    record = {"rule": rule, "file": f"{rule}.yaml", "version": "v", "outcome": outcome, "steps": []}
    await store.redis.hset(keys.TRACE + event_id, f"rule:{rule}:", orjson.dumps(record).decode())  # type: ignore[misc]


async def test_the_newest_come_first(store: Store) -> None:
    found = [await put(store, number) for number in range(5)]
    assert sorted(await ids(store)) == found
    assert len(await ids(store, count=2)) == 2


async def test_pages_meet_without_gap_or_overlap(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look, "STEP", 7)
    for number in range(40):
        await put(store, number)
    moments = {f"evt_{number:03}": 1000 + number // 9 for number in range(40)}
    await store.redis.zadd(keys.EVENTS, moments)
    seen: list[str] = []
    cursor = ""
    for _ in range(50):
        view = await look.look(store.redis, Wanted(), 3, cursor)
        seen += [row.id for row in view.rows]
        cursor = view.next
        if not cursor:
            break
    assert len(seen) == len(set(seen)) == 40
    assert [moments[each] for each in seen] == sorted(moments.values(), reverse=True)


@pytest.mark.parametrize(
    "wanted",
    [
        Wanted(connection="other"), Wanted(kind="transcript"), Wanted(call="c2"), Wanted(status="done"),
        Wanted(number="+31 6 9999 0002"), Wanted(number="0031699990002"), Wanted(number="0699990002"),
        Wanted(number="0002"), Wanted(rule="night"), Wanted(outcome="failed"), Wanted(rule="night", outcome="failed"),
        Wanted(text="Hello THERE"), Wanted(text="zürich"), Wanted(text="far below"),
    ],
)  # fmt: skip
async def test_each_filter_leaves_what_is_meant(store: Store, wanted: Wanted) -> None:
    await put(store, 1)
    await decide(store, "evt_001", "day", "ran")
    body = b'{"said": "hello there from Z\xc3\xbcrich' + b" " * 20_000 + b'and far below"}'
    other = Call(id="c2", from_="+31699990002", to="+31850000001")
    await put(store, 2, body, connection="other", kind="transcript", call=other)
    await decide(store, "evt_002", "night", "failed")
    await store.redis.hset(keys.EVENT + "evt_002", "status", "done")  # type: ignore[misc]
    assert await ids(store, wanted) == ["evt_002"]


async def test_a_number_that_was_only_said_is_not_of_the_call(store: Store) -> None:
    await put(store, 1, data={"told": "call +31699990002"})
    assert await ids(store, Wanted(number="+31699990002")) == []
    assert await ids(store, Wanted(text="+31699990002")) == ["evt_001"]


async def test_a_span_of_time(store: Store) -> None:
    for number in range(3):
        await put(store, number)
    await store.redis.zadd(keys.EVENTS, {"evt_000": 1000, "evt_001": 2000, "evt_002": 3000})
    assert await ids(store, Wanted(since_ms=1500, until_ms=2500)) == ["evt_001"]


async def test_it_stops_after_so_many_and_says_how_far_it_came(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look, "STEP", 5)
    for number in range(30):
        await put(store, number)
    await store.redis.zadd(keys.EVENTS, {f"evt_{number:03}": 1000 + number for number in range(30)})
    view = await look.look(store.redis, Wanted(kind="nothing"), 5, most=10)
    assert (view.rows, view.looked_at, view.back_to_ms) == ([], 10, 1020)
    again = await look.look(store.redis, Wanted(), 1, view.next)
    assert again.rows[0].id == "evt_019"


async def test_a_script_ends_when_it_has_read_enough(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look, "ROOM", 1)
    expected = [await put(store, number) for number in range(5)]
    assert sorted(await ids(store)) == expected


async def test_it_says_how_many_are_left(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(look, "STEP", 5)
    for number in range(30):
        await put(store, number)
    await store.redis.zadd(keys.EVENTS, {f"evt_{number:03}": 1000 + number for number in range(30)})
    wanted = Wanted(kind="nothing", since_ms=1005)
    assert await look.older(store.redis, wanted, await look.look(store.redis, wanted, 5, most=10)) == 15
    assert await look.older(store.redis, wanted, await look.look(store.redis, wanted, 5)) == 0


@pytest.mark.parametrize("connection", ["desk", ""])
async def test_a_call_is_looked_for_in_its_own_events(store: Store, connection: str) -> None:
    """Of thirty events the two of the call are looked at, wherever they stand."""
    for number in range(30):
        await put(store, number, call=Call(id="c[1]*" if number in (3, 7) else "c1"))
    view = await look.look(store.redis, Wanted(connection=connection, call="c[1]*"), 100)
    assert ([row.id for row in view.rows], view.looked_at) == (["evt_007", "evt_003"], 2)
    await put(store, 40, connection="other", call=Call(id="c[1]*"))
    expected = ["evt_040", "evt_007", "evt_003"] if not connection else ["evt_007", "evt_003"]
    assert await ids(store, Wanted(connection=connection, call="c[1]*")) == expected
    assert await ids(store, Wanted(connection=connection, call="absent")) == []


@pytest.mark.parametrize("cursor", ["x", "-1-2", "1-", "'", "9" * 40])
async def test_a_cursor_that_makes_no_sense_is_the_beginning(store: Store, cursor: str) -> None:
    await put(store, 1)
    assert await ids(store, cursor=cursor) == ["evt_001"]


async def test_rules_and_times_are_told(store: Store) -> None:
    await put(store, 1)
    await decide(store, "evt_001", "day", "ran")
    (row,) = (await look.look(store.redis, Wanted(), 1)).rows
    assert (row.rules, row.ms, row.status, row.event.call.id) == ((("day", "ran"),), None, "queued", "c1")
