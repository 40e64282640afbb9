"""What a caller hears: in the words of its platform, from a rule, in the meantime, or from the fallback."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import httpx
import pytest

from store.answers import CellAnswer
from store.client import Store
from tests.receiver.support import (
    FALLBACK,
    Deadline,
    FakeWorker,
    assistant_request,
    by_rule,
    meanwhile,
    post,
    tool_calls,
)

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
    client: httpx.AsyncClient, store: Store, deadline: Deadline, generation: str
) -> None:
    deadline.comes()
    response = await post(client, tool_calls(generation))
    assert response.json()["results"][0]["result"] == FALLBACK
    cell = (await store.answers.cells(response.headers["x-hookswitch-event"]))["t1"]
    assert (cell.state, cell.said) == ("sent", CellAnswer("fallback", {"result": FALLBACK}))
    request = await post(client, assistant_request(generation))
    assert request.json() == {"assistant": {"name": "night"}}


async def test_a_worker_that_gives_up_is_not_waited_for(client: httpx.AsyncClient, worker: FakeWorker) -> None:
    posting = asyncio.create_task(post(client, tool_calls()))
    await worker.claim()
    began = time.monotonic()
    await worker.settle(CellAnswer("fallback", {"result": FALLBACK}))
    response = await posting
    assert response.json()["results"][0]["result"] == FALLBACK
    assert time.monotonic() - began < 30


async def test_several_tools_are_answered_together_one_of_them_by_the_fallback(
    client: httpx.AsyncClient, worker: FakeWorker, deadline: Deadline
) -> None:
    posting = asyncio.create_task(post(client, tool_calls(ids=("t1", "t2", "t3"))))
    await worker.claim()
    await worker.settle(by_rule(result="third"), "t3")
    await worker.settle(by_rule(result="first"), "t1")
    deadline.comes()
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


async def test_a_meanwhile_is_what_the_deadline_brings(
    client: httpx.AsyncClient, worker: FakeWorker, deadline: Deadline
) -> None:
    posting = asyncio.create_task(post(client, tool_calls()))
    await worker.claim()
    await worker.settle(meanwhile(result="One moment."))
    deadline.comes()
    assert (await posting).json()["results"][0]["result"] == "One moment."
    assert await worker.settle(by_rule(result="Yes.")) == "late"


async def test_a_meanwhile_gives_way_to_an_answer_in_time(client: httpx.AsyncClient, worker: FakeWorker) -> None:
    posting = asyncio.create_task(post(client, tool_calls()))
    await worker.claim()
    await worker.settle(meanwhile(result="One moment."))
    await worker.settle(by_rule(result="Yes."))
    assert (await posting).json()["results"][0]["result"] == "Yes."


@pytest.mark.parametrize("payload", [{"message": {"type": "tool-calls"}}, {"eventType": "tool-calls"}])
async def test_a_call_for_no_tools_is_answered(client: httpx.AsyncClient, deadline: Deadline, payload: Any) -> None:
    deadline.comes()
    response = await post(client, payload)
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
