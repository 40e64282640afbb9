from __future__ import annotations

from typing import Any

import pytest
from starlette.responses import JSONResponse

from store import keys
from store.connections import Api, AuthEntry
from store.event import Call, Event
from tests.store.builders import an_event
from tests.workers.support import Shop, front_desk
from workers.reconcile.complete import AGES

AUTH = (AuthEntry(scheme="path_token", secret="t"),)
SESSION = {
    "id": "s1", "status": "closed_resolved", "created_at": "2026-03-02T09:00:00Z",
    "updated_at": "2026-03-02T09:05:00Z", "contact": {"phone_number": "+31612340001"},
}  # fmt: skip
SPOKEN = {"type": "message", "sender": {"type": "contact"}, "content": {"type": "text", "text": "Hi"}}
HISTORY = {"items": [{"created_at": "2026-03-02T09:01:00Z", "event": SPOKEN}], "next": None}
ANY = "GET /v1/calls"


@pytest.fixture
def desk(shop: Shop) -> Shop:
    api = Api(base_url="https://platform.test", key="key-of-the-desk")
    shop.connections = {
        name: front_desk(name=name, provider=name, auth=AUTH, api=api) for name in ("fluents", "opencx", "vapi")
    }
    shop.platform.routes[ANY] = a_call()
    return shop


def a_call(**fields: Any) -> dict[str, Any]:
    return {
        "id": "c1", "status": "ended", "transcript": "HUMAN: Hi", "recording_available": True,
        "start_time": "2026-03-02T09:00:00Z", "end_time": "2026-03-02T09:01:00Z", "from_number": "+31612340001",
    } | fields  # fmt: skip


def ended(provider: str = "fluents", kind: str = "call-ended", **fields: Any) -> Event:
    call = {"call": Call(id="c1")}
    return an_event(kind, connection=provider, provider=provider, generation="", **(call | fields))


async def waiting(shop: Shop, event: Event) -> float:
    """Seconds until the completion is due; fails when there is none."""
    due = await shop.store.redis.zscore(f"{keys.QUEUE}background", f"complete:{event.id}")
    assert due is not None
    return float(due) / 1000 - (await shop.store.retention.now_ms()) / 1000


async def age(shop: Shop, event: Event, seconds: float) -> None:
    """As if the event had come in so long ago."""
    now = await shop.store.retention.now_ms()
    await shop.mark(keys.EVENT + event.id, "received", str(now - round(seconds * 1000)))


async def reports(shop: Shop, subject: str = "c1", connection: str = "fluents") -> list[Event]:
    found = [await shop.store.events.get(each) for each in await shop.store.calls.events_of(connection, subject)]
    return [each.event for each in found if each and each.event.kind == "end-of-call-report"]


async def told(shop: Shop, event: Event) -> dict[str, Any]:
    record: dict[str, Any] = (await shop.store.events.trace(event.id))["completion"]
    return record


async def test_a_call_that_ended_is_fetched_and_reported(desk: Shop) -> None:
    event = await desk.post(ended())
    await desk.work()
    assert 3 < await waiting(desk, event) <= AGES[0]
    assert (await desk.status(event), desk.platform.seen) == ("waiting", [])
    await desk.hurry()
    await desk.work()
    (report,) = await reports(desk)
    assert (report.report.transcript, report.call.from_, report.recovered) == ("HUMAN: Hi", "+31612340001", False)
    assert (await desk.status(event), await desk.store.queue.open_work()) == ("done", 0)
    record = await told(desk, event)
    assert (record["state"], record["report"]) == ("done", report.id)
    assert record["attempts"][0]["sent"]["method"] == "GET"


async def test_a_rule_for_reports_is_all_it_takes(desk: Shop) -> None:
    desk.rule(
        "note",
        "on: end-of-call-report\nif: report.transcript.size() == 9\nsteps: [{ action: log, with: { message: x } }]\n",
    )
    await desk.post(ended())
    await desk.work()
    await desk.hurry()
    await desk.work()
    (report,) = await reports(desk)
    assert await desk.outcomes(report) == {"note:": "ran"}


async def test_it_comes_back_until_the_call_is_final(desk: Shop) -> None:
    desk.platform.routes[ANY] = a_call(transcript=None)
    event = await desk.post(ended())
    await desk.work()
    await age(desk, event, AGES[0])
    await desk.hurry()
    await desk.work()
    assert await reports(desk) == []
    assert (await told(desk, event))["state"] == "waiting"
    assert 10 < await waiting(desk, event) < 25
    desk.platform.routes[ANY] = a_call()
    await desk.hurry()
    await desk.work()
    assert len(await reports(desk)) == 1


async def test_in_the_end_it_is_taken_as_it_is(desk: Shop) -> None:
    desk.platform.routes[ANY] = a_call(transcript=None)
    event = await desk.post(ended())
    await desk.work()
    await age(desk, event, AGES[-1] + 1)
    await desk.hurry()
    await desk.work()
    assert [each.report.transcript for each in await reports(desk)] == [""]
    assert "in time" in (await told(desk, event))["why"]


async def test_a_call_that_never_ends_for_the_platform_has_no_report(desk: Shop) -> None:
    desk.platform.routes[ANY] = a_call(status="in_progress")
    event = await desk.post(ended())
    await desk.work()
    await age(desk, event, AGES[-1] + 1)
    await desk.hurry()
    await desk.work()
    assert await reports(desk) == []
    assert ((await told(desk, event))["state"], await desk.status(event)) == ("failed", "done")


async def test_three_events_of_a_call_make_one_report(desk: Shop) -> None:
    events = [ended(), ended(kind="transcript"), ended(kind="recording")]
    for event in events:
        await desk.post(event)
    await desk.work()
    (job,) = await desk.store.redis.zrange(f"{keys.QUEUE}background", 0, -1)
    (first,) = [event for event in events if job.decode() == f"complete:{event.id}"]
    assert await waiting(desk, first) <= 1.0
    await desk.hurry()
    await desk.work()
    assert len(await reports(desk)) == 1
    assert desk.platform.said() == [ANY]
    late = await desk.post(ended(kind="recording"))
    await desk.work()
    await desk.hurry()
    await desk.work()
    assert len(await reports(desk)) == 1
    assert (await told(desk, late))["state"] == "done"


async def test_a_worker_that_dies_after_the_report_makes_no_second_one(desk: Shop) -> None:
    await desk.post(ended())
    await desk.work()
    await desk.hurry()
    job, lease = await desk.take()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(desk.store.queue, "finish", _dies)
        with pytest.raises(KeyError):
            await desk.perform(job, lease)
    await desk.lose(lease)
    await desk.work()
    assert len(await reports(desk)) == 1
    assert await desk.store.queue.open_work() == 0


async def _dies(*_: Any, **__: Any) -> None:
    raise KeyError


async def test_a_limit_is_waited_for_and_a_refusal_is_final(desk: Shop) -> None:
    desk.platform.routes[ANY] = JSONResponse({"message": "slow down"}, 429, {"retry-after": "7"})
    event = await desk.post(ended())
    await desk.work()
    await desk.hurry()
    await desk.work()
    assert 5 < await waiting(desk, event) <= 7
    desk.platform.routes[ANY] = JSONResponse({"message": "who are you"}, 401)
    await desk.hurry()
    await desk.work()
    assert (await told(desk, event))["state"] == "failed"


async def test_a_call_that_is_not_there_yet(desk: Shop) -> None:
    desk.platform.routes[ANY] = JSONResponse({"message": "Call not found"}, 404)
    event = await desk.post(ended())
    await desk.work()
    await desk.hurry()
    await desk.work()
    assert (await told(desk, event))["state"] == "waiting"
    await age(desk, event, AGES[-1] + 1)
    await desk.hurry()
    await desk.work()
    assert (await told(desk, event))["state"] == "failed"


async def test_a_conversation_is_completed_by_its_own_id(desk: Shop) -> None:
    desk.platform.routes |= {"GET /chat/sessions/s1": SESSION, "GET /chat/sessions/s1/history": HISTORY}
    event = await desk.post(ended("opencx", call=Call(id="p1", metadata={"session_id": "s1"})))
    await desk.work()
    await desk.hurry()
    await desk.work()
    (report,) = await reports(desk, "s1", "opencx")
    assert (report.call.id, report.report.transcript) == ("p1", "user: Hi")
    assert (await told(desk, event))["report"] == report.id


@pytest.mark.parametrize(
    "event",
    [ended("vapi"), ended(kind="message"), ended(call=Call()), ended("opencx"), ended(replay_of="evt_0")],
    ids=["reports itself", "not over", "no call", "no conversation", "a replay"],
)
async def test_what_is_not_completed(desk: Shop, event: Event) -> None:
    await desk.post(event)
    await desk.work()
    assert await desk.status(event) == "done"


async def test_without_a_key_nothing_is_fetched(desk: Shop) -> None:
    desk.connections["fluents"] = front_desk(name="fluents", provider="fluents", auth=AUTH, api=None)
    event = await desk.post(ended())
    await desk.work()
    assert (await desk.status(event), desk.platform.seen) == ("done", [])
