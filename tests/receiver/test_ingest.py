from __future__ import annotations

import asyncio
import json
import logging
import threading
import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from receiver.ingest import Receiver
from receiver.settings import ReceiverSettings
from store.answers import CellAnswer
from store.client import Store
from store.spoolfile import SpoolFile
from tests.receiver.support import (
    FALLBACK,
    TOKEN,
    FakeWorker,
    assistant_request,
    by_rule,
    meanwhile,
    post,
    running,
    signed,
    status_update,
    tool_calls,
    until,
)

BODY = json.dumps(status_update()).encode()


async def status_of(client: httpx.AsyncClient, path: str, headers: dict[str, str], body: bytes = BODY) -> int:
    return (await client.post(path, content=body, headers=headers)).status_code


# --- who gets in ------------------------------------------------------------------------------------------------------


async def test_a_signed_delivery_is_stored_and_queued(client: httpx.AsyncClient, store: Store) -> None:
    response = await post(client, status_update())
    event_id = response.headers["x-hookswitch-event"]
    assert (response.status_code, response.json()) == (200, {"event_id": event_id})
    stored = await store.events.get(event_id)
    assert stored is not None
    assert (stored.event.kind, stored.event.connection, stored.event.provider) == ("status-update", "desk", "flireo")
    assert stored.body == BODY
    assert stored.headers == {"content-type": "application/json", "user-agent": stored.headers["user-agent"]}
    assert list(stored.stages) == ["received", "verified", "normalised"]
    assert await store.queue.depth() == {"live": 0, "background": 1, "bulk": 0}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        signed(BODY, "wrong"),
        signed(BODY + b" "),
        signed(BODY, at=time.time() - 3600),
        signed(BODY) | {"x-webhook-signature": ""},
    ],
    ids=["unsigned", "wrong secret", "other body", "old", "empty signature"],
)
async def test_who_proves_nothing_is_refused_without_a_reason(
    client: httpx.AsyncClient, store: Store, headers: dict[str, str]
) -> None:
    response = await client.post("/hooks/desk", content=BODY, headers=headers)
    assert response.status_code == 401
    assert response.json() == {"refused": "the delivery did not prove who sent it"}
    assert await store.events.count() == 0


async def test_the_log_says_why_and_shows_no_secret(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    headers = signed(BODY, "wrong")
    await status_of(client, "/hooks/desk", headers)
    told = [record for record in caplog.records if record.name == "receiver.ingest"]
    assert [(r.__dict__["connection"], r.__dict__["reason"]) for r in told] == [
        ("desk", "the signature does not match")
    ]
    assert headers["x-webhook-signature"].removeprefix("sha256=") not in caplog.text


async def test_a_signature_that_came_twice_does_not_hold(client: httpx.AsyncClient) -> None:
    headers = [*signed(BODY).items(), ("x-webhook-signature", "sha256=00")]
    response = await client.post("/hooks/desk", content=BODY, headers=headers)
    assert response.status_code == 401


async def test_unknown_switched_off_and_called_back_look_the_same(client: httpx.AsyncClient) -> None:
    responses = [await post(client, status_update(), name) for name in ("nobody", "closed", "back", "x" * 5000)]
    assert {(r.status_code, r.content) for r in responses} == {(404, b'{"refused":"not found"}')}


async def test_a_path_token_opens_its_connection(client: httpx.AsyncClient) -> None:
    assert await status_of(client, f"/hooks/tokened/{TOKEN}", {}) == 200


@pytest.mark.parametrize("tail", ["", "/wrong", f"/{TOKEN}x", "/" + "y" * 8000])
async def test_without_its_token_it_stays_shut(client: httpx.AsyncClient, tail: str) -> None:
    assert await status_of(client, f"/hooks/tokened{tail}", signed(BODY)) == 401


@pytest.mark.parametrize("connection", ["desk", "open"])
async def test_a_token_where_none_belongs_is_a_bad_credential(client: httpx.AsyncClient, connection: str) -> None:
    headers = signed(BODY) if connection == "desk" else {}
    assert await status_of(client, f"/hooks/{connection}", headers) == 200
    assert await status_of(client, f"/hooks/{connection}/{TOKEN}", headers) == 401


# --- what is remembered -----------------------------------------------------------------------------------------------


async def test_an_unknown_kind_is_stored(client: httpx.AsyncClient, store: Store) -> None:
    response = await post(client, {"message": {"type": "brand-new"}})
    stored = await store.events.get(response.headers["x-hookswitch-event"])
    assert response.status_code == 200
    assert stored is not None
    assert (stored.event.kind, stored.event.native) == ("unknown", "brand-new")


async def test_an_unreadable_body_is_refused_and_stored_all_the_same(client: httpx.AsyncClient, store: Store) -> None:
    response = await post(client, b'{"message": ')
    stored = await store.events.get(response.headers["x-hookswitch-event"])
    assert response.status_code == 400
    assert stored is not None
    assert (stored.event.kind, stored.body) == ("unreadable", b'{"message": ')


async def test_a_repeated_delivery_is_one_event(client: httpx.AsyncClient, store: Store) -> None:
    first, second = await post(client, status_update()), await post(client, status_update())
    assert first.json() == second.json()
    assert await store.events.count() == 1


async def test_two_calls_of_one_caller_are_two_events(client: httpx.AsyncClient, store: Store) -> None:
    both = [post(client, assistant_request("g1"), "quick") for _ in range(2)]
    first, second = await asyncio.gather(*both)
    assert first.headers["x-hookswitch-event"] != second.headers["x-hookswitch-event"]
    assert await store.events.count() == 2


async def test_fifty_at_once_are_one_event_one_job_and_fifty_equal_replies(
    settings: ReceiverSettings, store: Store, store_url: str, worker: FakeWorker
) -> None:
    async with running(settings.model_copy(update={"store_timeout": 3.0}), store_url) as (_, client):
        posting = [asyncio.create_task(post(client, tool_calls())) for _ in range(50)]
        event_id = await worker.claim()
        assert await store.queue.depth() == {"live": 1, "background": 0, "bulk": 0}
        await worker.settle(by_rule(result="Yes."))
        responses = await asyncio.gather(*posting)
    assert {(r.status_code, r.content, r.headers["x-hookswitch-event"]) for r in responses} == {
        (200, responses[0].content, event_id)
    }
    assert responses[0].json()["results"][0]["result"] == "Yes."
    assert await store.events.count() == 1
    assert await store.queue.depth() == {"live": 1, "background": 0, "bulk": 0}


# --- what is answered -------------------------------------------------------------------------------------------------

TOOL_REPLIES = {
    "g1": {"results": [{"toolCallId": "t1", "result": '{"free":true}'}]},
    "g2": {"results": [{"toolCallId": "t1", "result": {"free": True}}]},
    "g3": {"results": [{"tool_call_id": "t1", "toolCallId": "t1", "result": {"free": True}}]},
}
ASSISTANT_REPLIES = {
    "g1": {"assistant": {"name": "day", "maxDurationSeconds": 60}},
    "g2": {"assistant": {"name": "day"}, "maxDurationSeconds": 60},
    "g3": {"assistant": {"name": "day"}, "max_duration_seconds": 60},
}


@pytest.mark.parametrize("generation", ["g1", "g2", "g3"])
async def test_a_tool_is_answered_in_the_words_of_its_generation(
    client: httpx.AsyncClient, store: Store, worker: FakeWorker, generation: str
) -> None:
    posting = asyncio.create_task(post(client, tool_calls(generation)))
    event_id = await worker.claim()
    assert await worker.settle(by_rule(result={"free": True})) == "set"
    response = await posting
    assert (response.status_code, response.json()) == (200, TOOL_REPLIES[generation])
    assert response.headers["x-hookswitch-event"] == event_id
    assert (await store.answers.cells(event_id))["t1"].state == "sent"


@pytest.mark.parametrize("generation", ["g1", "g2", "g3"])
async def test_an_assistant_is_named_in_the_words_of_its_generation(
    client: httpx.AsyncClient, worker: FakeWorker, generation: str
) -> None:
    posting = asyncio.create_task(post(client, assistant_request(generation)))
    await worker.claim()
    await worker.settle(by_rule(config={"name": "day"}, max_duration="1m"), "")
    response = await posting
    assert (response.status_code, response.json()) == (200, ASSISTANT_REPLIES[generation])


@pytest.mark.parametrize("generation", ["g1", "g2", "g3"])
async def test_nobody_answers_and_the_deadline_brings_the_fallback(
    client: httpx.AsyncClient, store: Store, generation: str
) -> None:
    response = await post(client, tool_calls(generation), "quick")
    assert response.json()["results"][0]["result"] == FALLBACK
    cell = (await store.answers.cells(response.headers["x-hookswitch-event"]))["t1"]
    assert (cell.state, cell.said) == ("sent", CellAnswer("fallback", {"result": FALLBACK}))
    request = await post(client, assistant_request(generation), "quick")
    assert request.json() == {"assistant": {"name": "night"}}


async def test_a_worker_that_gives_up_is_not_waited_for(client: httpx.AsyncClient, worker: FakeWorker) -> None:
    posting = asyncio.create_task(post(client, tool_calls()))
    await worker.claim()
    began = time.monotonic()
    await worker.settle(CellAnswer("fallback", {"result": FALLBACK}))
    response = await posting
    assert response.json()["results"][0]["result"] == FALLBACK
    assert time.monotonic() - began < 4


async def test_several_tools_are_answered_together_one_of_them_by_the_fallback(
    client: httpx.AsyncClient, worker: FakeWorker
) -> None:
    posting = asyncio.create_task(post(client, tool_calls(ids=("t1", "t2", "t3")), "quick"))
    await worker.claim()
    await worker.settle(by_rule(result="third"), "t3")
    await worker.settle(by_rule(result="first"), "t1")
    results = (await posting).json()["results"]
    assert [(one["tool_call_id"], one["result"]) for one in results] == [
        ("t1", "first"),
        ("t2", FALLBACK),
        ("t3", "third"),
    ]


async def test_the_last_of_several_tools_ends_the_wait(client: httpx.AsyncClient, worker: FakeWorker) -> None:
    posting = asyncio.create_task(post(client, tool_calls(ids=("t1", "t2"))))
    await worker.claim()
    await worker.settle(by_rule(result="second"), "t2")
    await worker.settle(by_rule(result="first"), "t1")
    assert [one["result"] for one in (await posting).json()["results"]] == ["first", "second"]


async def test_a_meanwhile_is_what_the_deadline_brings(client: httpx.AsyncClient, worker: FakeWorker) -> None:
    posting = asyncio.create_task(post(client, tool_calls(), "quick"))
    await worker.claim()
    await worker.settle(meanwhile(result="One moment."))
    assert (await posting).json()["results"][0]["result"] == "One moment."
    assert await worker.settle(by_rule(result="Yes.")) == "late"


async def test_a_meanwhile_gives_way_to_an_answer_in_time(client: httpx.AsyncClient, worker: FakeWorker) -> None:
    posting = asyncio.create_task(post(client, tool_calls()))
    await worker.claim()
    await worker.settle(meanwhile(result="One moment."))
    await worker.settle(by_rule(result="Yes."))
    assert (await posting).json()["results"][0]["result"] == "Yes."


@pytest.mark.parametrize("payload", [{"message": {"type": "tool-calls"}}, {"eventType": "tool-calls"}])
async def test_a_call_for_no_tools_is_answered(client: httpx.AsyncClient, payload: Any) -> None:
    response = await post(client, payload, "quick")
    assert (response.status_code, response.json()) == (200, {"results": []})


async def test_a_worker_may_answer_a_call_for_no_tools(client: httpx.AsyncClient, worker: FakeWorker) -> None:
    posting = asyncio.create_task(post(client, {"message": {"type": "tool-calls"}}))
    await worker.claim()
    await worker.settle(CellAnswer("fallback", {}), "")
    assert (await posting).json() == {"results": []}


async def test_a_repeated_question_gets_the_answer_that_was_given(
    client: httpx.AsyncClient, worker: FakeWorker
) -> None:
    posting = asyncio.create_task(post(client, tool_calls()))
    await worker.claim()
    await worker.settle(by_rule(result="Yes."))
    first = await posting
    again = await post(client, tool_calls())
    assert (again.content, again.headers["x-hookswitch-event"]) == (first.content, first.headers["x-hookswitch-event"])


async def test_a_question_repeated_before_the_answer_shares_it(client: httpx.AsyncClient, worker: FakeWorker) -> None:
    posting = [asyncio.create_task(post(client, tool_calls(), "desk"))]
    await worker.claim()
    posting.append(asyncio.create_task(post(client, tool_calls(), "desk")))
    await worker.settle(by_rule(result="Yes."))
    assert [r.json()["results"][0]["result"] for r in await asyncio.gather(*posting)] == ["Yes.", "Yes."]


async def test_what_cannot_be_said_is_logged_without_its_content(
    client: httpx.AsyncClient, worker: FakeWorker, caplog: pytest.LogCaptureFixture
) -> None:
    posting = asyncio.create_task(post(client, assistant_request("g1")))
    event_id = await worker.claim()
    await worker.settle(by_rule(reject="call back tomorrow +31612340001"), "")
    assert (await posting).json() == {}
    told = next(record for record in caplog.records if "problems" in record.__dict__).__dict__
    assert (told["event_id"], told["connection"]) == (event_id, "desk")
    assert "reject cannot be said to g1" in told["problems"]
    assert "+316" not in str(told)


async def test_nothing_of_a_delivery_is_logged(
    settings: ReceiverSettings, store: Store, store_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with running(settings, store_url) as (_, client):
        await post(client, assistant_request(), "quick")
        await post(client, status_update())
    told = [str(record.__dict__) for record in caplog.records if record.name.startswith(("receiver", "store"))]
    assert not any("+3161" in line or "call-1" in line for line in told)


async def test_a_bug_of_ours_is_a_503_that_nobody_can_read_aloud(
    settings: ReceiverSettings, store: Store, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr("receiver.ingest._normalise", broken)
    async with running(settings, store_url) as (_, client):
        response = await post(client, tool_calls())
    assert (response.status_code, response.content, response.headers["retry-after"]) == (503, b"", "5")


# --- too much at once -------------------------------------------------------------------------------------------------


@pytest.fixture
async def crowded(
    settings: ReceiverSettings, store: Store, store_url: str
) -> AsyncIterator[tuple[Receiver, httpx.AsyncClient]]:
    """A receiver for which three background jobs are enough, with one place for each sort of request."""
    small = settings.model_copy(update={"backlog_limit": 3, "max_requests": 1, "max_body": 200_000, "max_bodies": 1})
    async with running(small, store_url) as (app, client):
        await until(lambda: app.state.receiver.pressure.jobs is not None)
        yield app.state.receiver, client


async def test_above_the_limit_events_come_later_and_callers_never(
    crowded: tuple[Receiver, httpx.AsyncClient], store: Store, worker: FakeWorker
) -> None:
    receiver, client = crowded
    responses = [await post(client, status_update(f"call-{n}")) for n in range(8)]
    assert [r.status_code for r in responses] == [200] * 3 + [429] * 5
    assert responses[-1].headers["retry-after"] == "5"
    assert "x-hookswitch-event" not in responses[-1].headers
    assert await store.events.count() == 3
    for _ in range(4):
        response = await post(client, tool_calls(ids=("t1",), call_id="c"), "quick")
        assert (response.status_code, response.json()["results"][0]["result"]) == (200, FALLBACK)
    assert (await post(client, assistant_request("g1"), "quick")).status_code == 200
    assert (await store.queue.depth())["live"] == 2
    for job in (await store.queue.claim("w", {"background": 9})).jobs:
        await store.queue.finish(job.claim, job.claim.job_id, {})
    await receiver.pressure.look()
    assert (await post(client, status_update("call-7"))).status_code == 200
    assert (await store.backlog.refusals()).count == 5


async def test_who_proves_nothing_learns_nothing_of_the_backlog(
    crowded: tuple[Receiver, httpx.AsyncClient],
) -> None:
    receiver, client = crowded
    receiver.pressure.added(99)
    assert await status_of(client, "/hooks/desk", {}) == 401
    assert receiver.pressure.refused.total() == 0


async def test_a_caller_without_a_place_hears_the_fallback_at_once_and_the_answer_late(
    crowded: tuple[Receiver, httpx.AsyncClient], store: Store, worker: FakeWorker
) -> None:
    receiver, client = crowded
    first = asyncio.create_task(post(client, tool_calls(call_id="first")))
    await worker.claim()
    began = time.monotonic()
    second = await post(client, tool_calls(call_id="second"))
    assert time.monotonic() - began < 3.5
    assert second.json()["results"][0]["result"] == FALLBACK
    assert "x-hookswitch-stored" not in second.headers
    await worker.settle(by_rule(result="Yes."))
    assert (await first).json()["results"][0]["result"] == "Yes."
    stored = await store.events.get(second.headers["x-hookswitch-event"])
    assert stored is not None
    assert (stored.lane, stored.status) == ("background", "queued")
    assert 0 < stored.deadline_ms - stored.received_ms <= 1
    assert receiver.room.in_work == {True: 0, False: 0}


async def test_without_a_place_others_are_asked_to_come_again(
    crowded: tuple[Receiver, httpx.AsyncClient], store: Store
) -> None:
    receiver, client = crowded
    with receiver.room.place(waits=False):
        response = await post(client, status_update())
    assert (response.status_code, response.content, response.headers["retry-after"]) == (503, b"", "5")
    assert await store.events.count() == 0
    assert receiver.pressure.refused == {"busy": 1}
    assert (await post(client, status_update())).status_code == 200


async def test_many_large_bodies_are_not_held_at_once(
    crowded: tuple[Receiver, httpx.AsyncClient], store: Store
) -> None:
    receiver, client = crowded
    large = json.dumps(status_update() | {"padding": "x" * 150_000}).encode()
    with receiver.room.body() as grown:
        grown(100_000)
        assert (await post(client, large)).status_code == 503
        assert (await post(client, status_update("small"))).status_code == 200
    assert (await post(client, large)).status_code == 200
    assert receiver.room.held == 0


async def test_a_silent_disk_keeps_no_caller_past_the_deadline(
    settings: ReceiverSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck = threading.Event()
    monkeypatch.setattr(SpoolFile, "write", lambda *_: stuck.wait(10))
    monkeypatch.setattr("receiver.ingest.SPOOL_PATIENCE", 0.2)
    async with running(settings, "unix:///nonexistent/valkey.sock") as (_, client):
        began = time.monotonic()
        caller, other = await asyncio.gather(post(client, tool_calls(), "quick"), post(client, status_update()))
        took = time.monotonic() - began
        stuck.set()
    assert (caller.json()["results"][0]["result"], caller.headers["x-hookswitch-stored"]) == (FALLBACK, "no")
    assert other.status_code == 503
    assert took < 5
