from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from console.past.tracebook import STAGES, event_summary, moment, stages_of, straightened, trace_record
from store.client import Store
from store.event import Call
from store.events import Acceptance
from tests.console.recorded import CALLER, answered, too_late
from tests.store.builders import accept, an_event


async def record_of(store: Store, event_id: str, **how: Any) -> dict[str, Any]:
    found = await trace_record(store, event_id, **how)
    assert found is not None
    return found


async def test_an_unknown_event_has_no_trace(store: Store) -> None:
    assert await trace_record(store, "evt_none") is None


async def test_a_trace_has_every_part(store: Store) -> None:
    event = await answered(store)
    record = await record_of(store, event.id)
    assert record["event"]["id"] == event.id
    assert record["event"]["status"] == "done"
    assert [rule["rule"] for rule in record["rules"]] == ["find_customer"]
    (answer,) = record["answers"]
    assert (answer["tool"], answer["by"], answer["rule"]) == ("t1", "rule", "find_customer")
    assert (answer["late"], answer["left"]) == (False, True)


async def test_an_event_that_was_spooled_tells_when_it_came_in(store: Store) -> None:
    event = an_event()
    now = float(await store.retention.now_ms())
    stages = {"received": now - 50_000, "spooled": now - 48_000}
    await store.events.accept(Acceptance(event, b"{}", stages=stages))
    record = await record_of(store, event.id)
    assert record["spooled"]["came_in_at"] == moment(int(now - 50_000))
    assert 48.0 <= record["spooled"]["seconds"] < 108.0
    assert [stage["name"] for stage in record["stages"]] == ["received", "spooled", "stored"]


async def test_stages_stand_in_the_order_of_the_path(store: Store) -> None:
    record = await record_of(store, (await answered(store)).id)
    names = [stage["name"] for stage in record["stages"]]
    assert names == ["received", "verified", "stored"]
    assert names == sorted(names, key=STAGES.index)


async def test_stages_of_the_receiver_and_the_worker_are_told_by_their_time_since_the_first_byte(store: Store) -> None:
    event = an_event("tool-calls")
    await accept(store, event)
    stored = await store.events.get(event.id)
    assert stored
    began = float(stored.received_ms - 3)
    told = stages_of(replace(stored, stages={"received": began}), {"claimed": began + 5.5, "done": began + 10})
    assert [(stage["name"], stage["ms"]) for stage in told] == [
        ("received", 0.0), ("stored", 3.0), ("claimed", 5.5), ("done", 10.0),
    ]  # fmt: skip
    assert datetime.fromisoformat(told[0]["at"]) == datetime.fromtimestamp(began / 1000, UTC)


@pytest.mark.parametrize(
    ("clocks", "told"),
    [
        ([0, 0.5, 0.9, 3, 5, 9], [0, 0.5, 0.9, 3, 5, 9]),
        ([0, 0.5, 0.9, -0.2, 1.8, 5.8], [0, 0.5, 0.9, 0.9, 2.9, 6.9]),
        ([0, 0.5, 0.9, -5000, -4998, -4990], [0, 0.5, 0.9, 0.9, 2.9, 10.9]),
        ([0, 0.5, 0.9, 5000, 5002, 5010], [0, 0.5, 0.9, 5000, 5002, 5010]),
    ],
)
def test_no_stage_takes_less_than_no_time(clocks: list[float], told: list[float]) -> None:
    names = ["received", "verified", "normalised", "stored", "claimed", "done"]
    stages = [{"name": name, "ms": ms, "at": f"at {ms}"} for name, ms in zip(names, clocks, strict=True)]
    found = straightened(sorted(stages, key=lambda stage: stage["ms"]))
    assert [stage["name"] for stage in found] == names
    assert [stage["ms"] for stage in found] == told
    assert [stage["at"] for stage in found] == [f"at {ms}" for ms in clocks], "what the clocks said is kept"


async def test_numbers_are_masked_in_every_corner(store: Store) -> None:
    record = await record_of(store, (await answered(store)).id)
    text = json.dumps(record, ensure_ascii=False)
    assert "1234000" not in text
    rule = record["rules"][0]
    assert rule["conditions"][0]["expr"] == 'call.from == "+316•••••01"'
    assert rule["conditions"][0]["seen"] == {"call.from": "+316•••••01"}
    assert rule["steps"][0]["attempts"][0]["sent"]["url"].endswith("?phone=%2B316•••••01")
    assert rule["steps"][0]["attempts"][0]["got"]["body"]["mobile"] == "0612•••••01"
    assert record["answers"][0]["sent"] == {"result": "You called from +316•••••01."}


async def test_numbers_are_shown_to_who_asks(store: Store) -> None:
    record = await record_of(store, (await answered(store)).id, numbers=True)
    assert record["event"]["call"]["from"] == CALLER
    assert record["rules"][0]["conditions"][0]["seen"] == {"call.from": CALLER}
    assert "•" not in json.dumps(record, ensure_ascii=False)


async def test_a_late_answer_stands_beside_what_was_said(store: Store) -> None:
    record = await record_of(store, (await too_late(store)).id)
    said, late = record["answers"]
    assert (said["by"], said["late"]) == ("fallback", False)
    assert (late["by"], late["late"], late["sent"]) == ("rule", True, {"result": "Here it is."})


async def test_an_answer_that_nobody_took_is_not_told_as_sent(store: Store) -> None:
    record = await record_of(store, (await answered(store, taken=False)).id)
    assert not any(answer.get("left") for answer in record["answers"])


async def test_a_summary_hides_a_number_in_a_call_id(store: Store) -> None:
    event = an_event(call=Call(id="call-_31612340001_x", from_=CALLER), problem="is not JSON")
    await accept(store, event)
    stored = await store.events.get(event.id)
    assert stored is not None
    shown = event_summary(stored)
    assert "12340001" not in json.dumps(shown)
    assert shown["problem"] == "is not JSON"
    assert event_summary(stored, numbers=True)["call"]["id"] == "call-_31612340001_x"


def test_moments_are_utc() -> None:
    assert moment(1_700_000_000_123) == "2023-11-14T22:13:20.123+00:00"


async def test_a_summary_says_whose_an_event_is_and_when_it_was_due(store: Store) -> None:
    due = datetime(2026, 3, 2, 17, tzinfo=UTC)
    events = [an_event(kind, name="night", call=Call(), received_at=due) for kind in ("schedule", "manual")]
    for event in events:
        await accept(store, event)
    schedule, manual = [await trace_record(store, event.id) for event in events]
    assert schedule is not None
    assert manual is not None
    assert (schedule["event"]["name"], schedule["event"]["due_at"]) == ("night", "2026-03-02T17:00:00.000+00:00")
    assert (manual["event"]["name"], "due_at" in manual["event"]) == ("night", False)
