from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from console.sandbox import seed
from console.sandbox.script import Generation, Script
from tests.console.sandbox.support import Box, in_box

SAY = {"type": "say", "content": "A word.", "end_after": False}
LONG = [{"pause": 600}]


async def long_call(around: Box, generation: Generation = "g3") -> str:
    placed = await around.client.place_call(Script.model_validate({"generation": generation, "turns": LONG}))
    await asyncio.sleep(2)
    return quote(placed.id, safe="")


async def command(around: Box, call_id: str, body: Any = SAY) -> httpx.Response:
    return await around.flireo("POST", f"/calls/{call_id}/control", json=body)


@pytest.mark.parametrize("generation", ["g2", "g3"])
def test_a_command_reaches_the_caller(generation: Generation) -> None:
    async def story(around: Box) -> tuple[httpx.Response, list[str]]:
        call_id = await long_call(around, generation)
        response = await command(around, call_id)
        return response, next(iter(around.sandbox.exchange.calls.values())).record.heard()

    response, heard = in_box(story)
    assert (response.status_code, response.json()["success"]) == (200, True)
    assert heard[-1] == "A word."


@pytest.mark.parametrize(
    "body",
    [
        {"type": "say", "content": "no end_after"},
        {"type": "say", "content": "x", "end_after": "false"},
        {"type": "inject-context", "content": 7, "trigger_response": True},
        {"type": "hop"},
        {},
        [],
    ],
)
def test_invalid_commands(body: Any) -> None:
    async def story(around: Box) -> int:
        return (await command(around, await long_call(around), body)).status_code

    assert in_box(story) == 400


def test_a_call_that_has_ended_takes_no_command() -> None:
    async def story(around: Box) -> httpx.Response:
        record = await around.call(generation="g2")
        return await command(around, record.id)

    response = in_box(story)
    assert (response.status_code, response.json()["message"]) == (400, "The call is not active")


def test_a_ringing_call_takes_no_command() -> None:
    async def story(around: Box) -> int:
        placed = await around.client.place_call(Script(generation="g2"))
        return (await command(around, placed.id)).status_code

    assert in_box(story) == 400


def test_unknown_calls() -> None:
    async def story(around: Box) -> list[int]:
        first = await long_call(around, "g1")
        responses = [
            await command(around, "none"),
            await command(around, first),
            await around.flireo("GET", "/calls/none"),
        ]
        return [response.status_code for response in responses]

    assert in_box(story) == [404, 404, 404]


def test_ten_commands_a_minute() -> None:
    async def story(around: Box) -> tuple[list[int], httpx.Response, int]:
        call_id, other = await long_call(around), await long_call(around)
        statuses = [(await command(around, call_id)).status_code for _ in range(10)]
        refused = await command(around, call_id)
        heard = around.sandbox.exchange.calls
        assert len(next(iter(heard.values())).record.heard()) == 11
        return statuses, refused, (await command(around, other)).status_code

    statuses, refused, other = in_box(story)
    assert statuses == [200] * 10
    assert (refused.status_code, other) == (429, 200)
    assert 1 <= int(refused.headers["retry-after"]) <= 60


def test_reading_calls() -> None:
    async def story(around: Box) -> tuple[Any, Any, Any, Any]:
        older = await around.call(generation="g2")
        await around.call(generation="g1")
        newer = await long_call(around)
        read = (await around.flireo("GET", f"/calls/{newer}")).json()
        listed = (await around.flireo("GET", "/calls?limit=1")).json()
        ended = (await around.flireo("GET", "/calls?status=ended")).json()
        assert [call["id"] for call in ended["calls"]] == [older.id]
        return read, listed, ended, (await around.flireo("GET", "/calls?end_date=2001-01-01")).json()

    read, listed, ended, before = in_box(story)
    assert (read["status"], read["direction"], read["caller_phone"]) == ("in-progress", "inbound", "+31612340001")
    assert (read["agent_id"], read["number_id"], read["ended_at"]) == (seed.DAY_DESK, seed.MAIN_NUMBER, None)
    assert listed["calls"] == [read]
    assert listed["pagination"] == {"total": 2, "limit": 1, "offset": 0}
    assert ended["calls"][0]["end_reason"] == "user_hangup"
    assert ended["calls"][0]["messages"][0]["role"] == "assistant"
    assert before["calls"] == []


def outbound(**changes: Any) -> dict[str, Any]:
    return {"destination": "+31612340001", "number_id": seed.MAIN_NUMBER, "assistant_id": seed.NIGHT_DESK} | changes


def test_calling_out() -> None:
    async def story(around: Box) -> tuple[Any, Any, list[str]]:
        response = (await around.flireo("POST", "/calls/outbound", json=outbound())).json()
        record = await around.client.record(response["call_id"], wait=60)
        return response, record, around.receiver.events()

    response, record, events = in_box(story)
    assert (response["success"], response["status"]) == (True, "dialing")
    assert (record.direction, record.to, record.heard()[0]) == (
        "outbound",
        "+31612340001",
        "Good evening, this is the night desk.",
    )
    assert "assistant-request" not in events


@pytest.mark.parametrize(
    ("body", "greeting"),
    [
        (outbound(first_message="Hi, me again."), "Hi, me again."),
        (outbound(number_id="", first_message="No number of ours named."), "No number of ours named."),
        (outbound(assistant_override={"first_message": "Changed."}), "Changed."),
        (outbound(assistant_id="", assistant={"first_message": "Made up.", "metadata": {}}), "Made up."),
    ],
)
def test_who_speaks_in_a_call_out(body: dict[str, Any], greeting: str) -> None:
    async def story(around: Box) -> str:
        response = (await around.flireo("POST", "/calls/outbound", json=body)).json()
        record = await around.client.record(response["call_id"], wait=60)
        return str(record.heard()[0])

    assert in_box(story) == greeting


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"destination": "+31612340001"}, 400),
        (outbound(assistant_id=""), 400),
        (outbound(assistant={"name": "x"}), 400),
        (outbound(assistant_id="none"), 404),
        (outbound(number_id="none"), 404),
    ],
)
def test_a_call_out_that_cannot_be(body: dict[str, Any], status: int) -> None:
    async def story(around: Box) -> int:
        return (await around.flireo("POST", "/calls/outbound", json=body)).status_code

    assert in_box(story) == status


def test_a_call_out_without_a_webhook() -> None:
    async def story(around: Box) -> httpx.Response:
        return await around.flireo("POST", "/calls/outbound", json=outbound())

    response = in_box(story, g3_url="")
    assert response.status_code == 400
    assert "HOOKSWITCH_SANDBOX_G3_URL" in response.json()["message"]
