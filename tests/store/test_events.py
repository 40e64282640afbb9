from __future__ import annotations

import asyncio
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import keys
from store.client import Store
from store.conversation import Places
from store.event import Event, Report, new_event_id
from store.events import COMPRESS_FROM, Acceptance, bundled, job_payload, pack, read_trace, unpack
from tests.store.builders import accept, an_event


async def test_an_event_comes_back_as_it_went_in(store: Store) -> None:
    event = an_event("tool-calls")
    body = b'{"message": {"gone": null, "kept": 1}}'
    await store.events.accept(Acceptance(event, body, {"user-agent": "x"}, lane="live", deadline_in=4, stages={"a": 1}))
    stored = await store.events.get(event.id)
    assert stored is not None
    assert stored.event.model_dump() == event.model_dump()
    assert stored.event.raw == orjson.loads(body)
    assert (stored.body, stored.headers, stored.status, stored.lane) == (body, {"user-agent": "x"}, "queued", "live")
    assert stored.deadline_ms - stored.received_ms == 4000
    assert stored.stages == {"a": 1}


async def test_an_event_that_is_not_there(store: Store) -> None:
    assert await store.events.get("evt_nothing") is None


async def test_accepting_stores_indexes_and_enqueues_at_once(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    assert await store.events.count() == 1
    assert await store.queue.open_work() == 1
    assert await store.queue.depth() == {"live": 0, "background": 1, "bulk": 0}
    assert await store.redis.get(f"arq:job:{event.id}") == job_payload("event", event.id)


async def test_fifty_copies_at_once_are_one_event(store: Store) -> None:
    copies = [an_event(dedup_key="same") for _ in range(50)]
    accepted = await asyncio.gather(*(accept(store, copy) for copy in copies))
    assert len({one.event_id for one in accepted}) == 1
    assert sorted(one.duplicate for one in accepted) == [False] + [True] * 49
    assert await store.events.count() == 1
    assert (await store.queue.depth())["background"] == 1


async def test_the_same_key_on_another_connection_is_another_event(store: Store) -> None:
    await accept(store, an_event(dedup_key="same"))
    other = await accept(store, an_event(dedup_key="same", connection="other"))
    assert not other.duplicate


async def test_without_a_key_nothing_is_a_duplicate(store: Store) -> None:
    first, second = await accept(store, an_event()), await accept(store, an_event())
    assert not first.duplicate
    assert not second.duplicate
    assert await store.events.count() == 2


async def test_asking_again_with_the_same_id_changes_nothing(store: Store) -> None:
    event = an_event(dedup_key="k")
    first = await accept(store, event)
    again = await accept(store, event)
    assert (again.event_id, again.duplicate) == (first.event_id, False)
    assert await store.events.count() == 1
    assert await store.redis.hget(f"hs:event:{event.id}", "pending") == b"1"  # type: ignore[misc]


async def test_newest_goes_backwards_over_batches(store: Store) -> None:
    ids = [(await accept(store, an_event())).event_id for _ in range(7)]
    ids.sort()
    found = [stored.event.id async for stored in store.events.newest(5, batch=2)]
    assert len(found) == 5
    assert set(found) <= set(ids)


async def test_statuses_of_many(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    assert await store.events.statuses([event.id, "evt_nothing"]) == ["queued", ""]


async def test_a_due_time_keeps_the_job_back(store: Store) -> None:
    await accept(store, an_event(), due_in=60)
    batch = await store.queue.claim("w", {"background": 5})
    assert batch.jobs == []
    assert batch.next_due == pytest.approx(60, abs=1)


@given(st.binary(max_size=COMPRESS_FROM * 3))
def test_packing_loses_nothing(body: bytes) -> None:
    assert unpack(pack(body)) == body


def test_large_bodies_are_packed_smaller() -> None:
    assert len(pack(b"a" * (COMPRESS_FROM + 1))) < 1000
    assert len(pack(b"a" * COMPRESS_FROM)) == COMPRESS_FROM + 1


def test_records_that_share_a_field_are_read_as_if_each_had_its_own() -> None:
    many = {f"rule:r{number}:": {"outcome": "not_matched", "seen": "x" * 200} for number in range(200)}
    field = bundled("evt_1", many)
    assert sum(map(len, field.values())) < COMPRESS_FROM
    fields = {name.encode(): value for name, value in field.items()} | {
        b"rule:r7:": b'{"outcome":"ran"}',
        b"stages": b"[]",
    }
    for order in (fields, dict(reversed(fields.items()))):
        assert read_trace(order) == many | {"rule:r7:": {"outcome": "ran"}, "stages": []}


SAID = {
    "message": {"summary": "Asked.", "messages": [{"role": "user", "content": "Hi"}, {"role": "bot", "content": "Yes"}]}
}
PLACES = Places(turns=("message.messages",), transcript=("message.transcript",))


def a_report(payload: dict[str, Any]) -> Event:
    return an_event("end-of-call-report", report=Report(summary="Asked."), conversation=PLACES, raw=payload)


@pytest.mark.parametrize(
    ("body", "headers", "once"),
    [
        (orjson.dumps(SAID), {}, True),
        (b"\xef\xbb\xbf" + orjson.dumps(SAID | {"x": 1}).replace(b":1", b":NaN"), {}, True),
        (orjson.dumps(SAID).replace(b"Hi", b"\\u0048i"), {}, False),
        (orjson.dumps(SAID), {"content-type": "application/x-www-form-urlencoded"}, False),
        (orjson.dumps(SAID | {"x": "y" * COMPRESS_FROM}), {}, True),
    ],
)
async def test_a_conversation_is_kept_once_and_read_whole(
    store: Store, body: bytes, headers: dict[str, str], once: bool
) -> None:
    event = a_report(SAID)
    await store.events.accept(Acceptance(event, body, headers))
    kept: dict[str, Any] = orjson.loads(await store.redis.hget(keys.EVENT + event.id, "event"))  # type: ignore[misc]
    assert ("messages" not in kept["report"], "conversation" in kept) == (once, once)
    stored = await store.events.get(event.id)
    assert stored is not None
    assert stored.event.report.transcript == "user: Hi\nassistant: Yes"
    assert stored.event.model_dump(exclude={"raw"}) == event.whole().model_dump(exclude={"raw"})


async def test_an_event_that_was_read_is_written_whole_with_any_other_body(store: Store) -> None:
    event = a_report(SAID)
    await store.events.accept(Acceptance(event, orjson.dumps(SAID)))
    stored = await store.events.get(event.id)
    assert stored is not None
    again = stored.event.model_copy(update={"id": new_event_id()})
    await store.events.accept(Acceptance(again, b"{}"))
    copied = await store.events.get(again.id)
    assert copied is not None
    assert copied.event.report == event.whole().report
