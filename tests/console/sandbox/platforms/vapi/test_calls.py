"""Whole calls at Vapi in jumping time, calling out, and live control."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.responses import JSONResponse

from console.sandbox.caller import APOLOGY
from console.sandbox.faults import Fault
from console.sandbox.record import CallRecord
from console.sandbox.seed import VAPI_DAY_DESK, VAPI_MAIN_NUMBER, VAPI_NIGHT_DESK
from tests.console.sandbox.support import Box, Received, Receiver, in_box, tool_ids

URL = "http://receiver/hooks/vapi"
KEY = {"Authorization": "Bearer vapi_sandbox"}
MAIN = ["assistant-request", "status-update", "tool-calls", "status-update", "end-of-call-report"]
CHATTER = {"speech-update", "conversation-update"}


def results(got: Received) -> Any:
    return {
        "results": [
            {"toolCallId": each, "name": "opening_hours", "result": "At nine."} for each in tool_ids(got.payload)
        ]
    }


def webhook(**more: Any) -> Receiver:
    """A webhook that answers well, but for what is said otherwise."""
    answers = {"assistant-request": {"assistantId": VAPI_DAY_DESK}, "tool-calls": results} | more.pop("answers", {})
    return Receiver(answers=answers, **more)


def play(receiver: Receiver, settings: dict[str, Any] | None = None, **script: Any) -> CallRecord:
    async def story(around: Box) -> CallRecord:
        return await around.call(platform="vapi", **script)

    return in_box(story, receiver, **{"vapi_url": URL, "vapi_secret": "s"} | (settings or {}))


def main_events(receiver: Receiver) -> list[str]:
    return [event for event in receiver.events() if event not in CHATTER]


def test_a_whole_call() -> None:
    receiver = webhook()
    record = play(receiver)
    assert main_events(receiver) == MAIN
    assert record.heard() == ["Good morning, this is the day desk.", "At nine."]
    assert (record.status, record.problems()) == ("ended", [])
    assert set(receiver.events()) >= CHATTER
    report = receiver.last("end-of-call-report").payload["message"]
    assert report["endedReason"] == "customer-ended-call"
    assert all("x-signature" in got.headers for got in receiver.got)


def test_a_number_with_an_assistant_asks_nobody() -> None:
    receiver = webhook()
    record = play(receiver, to="+31850000002")
    assert main_events(receiver) == MAIN[1:]
    assert record.heard()[0] == "Good evening, this is the night desk."


@pytest.mark.parametrize(
    ("answer", "heard", "reason", "statuses"),
    [
        ({"error": "We are closed."}, ["We are closed."], "assistant-request-returned-error", ["ended"]),
        ({}, [], "assistant-request-returned-no-assistant", ["ended"]),
        ({"assistantId": "nobody"}, [], "assistant-request-returned-invalid-assistant", ["ended"]),
        (
            {"destination": {"type": "number", "number": "+31850000099", "message": "Hold on."}},
            ["Hold on."], "assistant-request-returned-forwarding-phone-number", ["forwarding", "ended"],
        ),
    ],
)  # fmt: skip
def test_a_call_that_no_assistant_takes(answer: Any, heard: list[str], reason: str, statuses: list[str]) -> None:
    receiver = webhook(answers={"assistant-request": answer})
    record = play(receiver)
    assert record.heard() == heard
    told = [got.payload["message"] for got in receiver.got if got.event == "status-update"]
    assert [each["status"] for each in told] == statuses
    assert told[-1]["endedReason"] == reason


def test_an_inline_assistant_with_overrides() -> None:
    answer = {"assistant": {"firstMessage": "Hi."}, "assistantOverrides": {"firstMessage": "Hello, Ada."}}
    assert play(webhook(answers={"assistant-request": answer})).heard()[0] == "Hello, Ada."


@pytest.mark.parametrize(
    ("event", "delay", "problem"),
    [
        ("assistant-request", 7.6, "assistant-request: no answer within 7.5 s"),
        ("tool-calls", 20.1, "tool-calls: no answer within 20 s"),
    ],
)
def test_deadlines_and_no_second_try(event: str, delay: float, problem: str) -> None:
    receiver = webhook(delays={event: delay})
    record = play(receiver)
    assert problem in record.problems()
    assert receiver.events().count(event) == 1
    assert event == "assistant-request" or APOLOGY in record.heard()


def test_an_answer_with_another_status_is_lost() -> None:
    record = play(webhook(answers={"tool-calls": lambda got: JSONResponse(results(got), 201)}))
    assert record.heard()[-1] == APOLOGY


@pytest.mark.parametrize("shape", ["nested", "text", "flat", "parameters"])
def test_tools_in_each_shape(shape: str) -> None:
    receiver = webhook()
    assert play(receiver, {"vapi_tools": shape}).heard()[-1] == "At nine."


def test_a_duplicate_is_ordered_like_any_fault() -> None:
    receiver = webhook()

    async def story(around: Box) -> CallRecord:
        around.sandbox.faults.add(Fault(route="tool-calls", kind="duplicate", copies=3))
        return await around.call(platform="vapi")

    assert in_box(story, receiver, vapi_url=URL).problems() == []
    assert receiver.events().count("tool-calls") == 3


def test_no_webhook_is_told() -> None:
    async def story(around: Box) -> int:
        return (await around.http.post("/sandbox/calls", json={"platform": "vapi"})).status_code

    assert in_box(story) == 409


def test_flireo_does_not_know_calls_of_vapi() -> None:
    async def story(around: Box) -> tuple[int, int]:
        record = await around.call(platform="vapi")
        theirs = await around.http.get(f"/vapi/call/{record.id}", headers=KEY)
        return theirs.status_code, (await around.flireo("GET", f"/calls/{record.id}")).status_code

    assert in_box(story, webhook(), vapi_url=URL) == (200, 404)


def test_what_is_left_of_a_call_and_how_it_is_deleted() -> None:
    async def story(around: Box) -> list[Any]:
        record = await around.call(platform="vapi")
        path = f"/vapi/call/{record.id}"
        file = await around.http.get(f"{path}/stereo-recording", headers=KEY)
        refused = await around.http.request("DELETE", path, headers=KEY, json={"ids": record.id})
        gone = await around.http.request("DELETE", "/vapi/call/x", headers=KEY, json={"ids": [record.id, "other"]})
        again = await around.http.get(f"{path}/stereo-recording", headers=KEY)
        return [
            file.status_code,
            file.headers["location"].removesuffix("/stereo-recording").rpartition("/")[2] == record.id,
            refused.status_code,
            gone.status_code,
            again.status_code,
        ]

    assert in_box(story, webhook(), vapi_url=URL) == [302, True, 400, 200, 404]


# --- calling out ------------------------------------------------------------------------------------------------------

ORDER = {"assistantId": VAPI_NIGHT_DESK, "phoneNumberId": VAPI_MAIN_NUMBER, "customer": {"number": "+31612340009"}}


def test_calling_out() -> None:
    receiver = webhook()

    async def story(around: Box) -> list[Any]:
        made = await around.http.post("/vapi/call", headers=KEY, json=ORDER | {"name": "ours"})
        await around.client.record(made.json()["id"], wait=120)
        listed = (await around.http.get("/vapi/call", headers=KEY)).json()
        one = (await around.http.get(f"/vapi/call/{made.json()['id']}", headers=KEY)).json()
        return [made.status_code, made.json()["status"], listed[0]["name"], one["status"], one["type"]]

    assert in_box(story, receiver, vapi_url=URL) == [201, "queued", "ours", "ended", "outboundPhoneCall"]
    assert main_events(receiver) == MAIN[1:]


@pytest.mark.parametrize("change", [{"assistantId": "x"}, {"phoneNumberId": "x"}, {"customer": 3}, {"name": "x" * 41}])
def test_an_order_that_is_refused(change: dict[str, Any]) -> None:
    async def story(around: Box) -> int:
        return (await around.http.post("/vapi/call", headers=KEY, json=ORDER | change)).status_code

    assert in_box(story, vapi_url=URL) == 400


# --- live control -----------------------------------------------------------------------------------------------------

NUMBER = {"type": "number", "number": "+31850000099"}


def commanded(*commands: Any) -> tuple[list[int], CallRecord]:
    """A call that is held while commands come in."""

    async def story(around: Box) -> tuple[list[int], CallRecord]:
        script = {"platform": "vapi", "turns": [{"hold": 60}, {"hang_up": True}]}
        placed = (await around.http.post("/sandbox/calls", json=script)).json()
        call = around.sandbox.exchange.calls[placed["id"]]
        while not call.in_progress:  # noqa: ASYNC110 - the only clock here jumps
            await asyncio.sleep(0.1)
        told = [(await around.http.post(f"/vapi/control/{call.token}", json=each)).status_code for each in commands]
        return told, await around.client.record(placed["id"], wait=120)

    return in_box(story, webhook(), vapi_url=URL)


def test_what_is_said_and_added_is_heard() -> None:
    added = {"type": "add-message", "message": {"role": "system", "content": "It shipped."}}
    told, record = commanded(
        {"type": "say", "content": "One moment."}, added, added | {"triggerResponseEnabled": False}
    )
    assert told == [200, 200, 200]
    assert record.heard()[-2:] == ["One moment.", "It shipped."]
    assert [moment.text for moment in record.timeline if moment.kind == "knows"] == ["It shipped."]


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        ({"type": "end-call"}, "assistant_hangup"),
        ({"type": "say", "content": "Bye.", "endCallAfterSpoken": True}, "assistant_hangup"),
        ({"type": "transfer", "destination": NUMBER, "content": "Hold on."}, "transferred"),
    ],
)
def test_commands_that_end_it(command: dict[str, Any], reason: str) -> None:
    told, record = commanded(command, {"type": "say", "content": "Too late."})
    assert (told, record.end_reason) == ([200, 404], reason)


@pytest.mark.parametrize(
    "command",
    [
        {"type": "dance"},
        {"type": "say"},
        {"type": "add-message"},
        {"type": "transfer", "destination": {"type": "number"}},
    ],
)
def test_commands_it_does_not_know(command: dict[str, Any]) -> None:
    assert commanded(command)[0] == [400]


def test_only_who_knows_the_url_may_command() -> None:
    async def story(around: Box) -> int:
        return (await around.http.post("/vapi/control/guessed", json={"type": "end-call"})).status_code

    assert in_box(story) == 404


def test_commands_that_nobody_hears_are_noted() -> None:
    told, record = commanded(
        {"type": "control", "control": "mute-customer"},
        {"type": "handoff", "destination": {"type": "assistant", "assistantId": VAPI_NIGHT_DESK}},
        {"type": "control", "control": "shout"},
        {"type": "handoff", "destination": {"type": "assistant", "assistantId": "nobody"}},
        {"type": "handoff"},
    )
    assert told == [200, 200, 400, 400, 400]
    notes = [moment.text for moment in record.timeline if moment.kind == "note"]
    assert [each for each in notes if ": " in each and "ended" not in each][:2] == [
        "control: mute-customer",
        f"handoff: {VAPI_NIGHT_DESK}",
    ]


def test_a_call_is_renamed_and_deleted() -> None:
    async def story(around: Box) -> list[Any]:
        record = await around.call(platform="vapi")
        path = f"/vapi/call/{record.id}"
        renamed = await around.http.patch(path, headers=KEY, json={"name": "Claim 7"})
        refused = await around.http.patch(path, headers=KEY, json={"status": "ended"})
        long = await around.http.patch(path, headers=KEY, json={"name": "x" * 41})
        gone = await around.http.delete(path, headers=KEY)
        again = await around.http.get(path, headers=KEY)
        return [renamed.json()["name"], *(each.status_code for each in (refused, long, gone, again))]

    assert in_box(story, webhook(), vapi_url=URL) == ["Claim 7", 400, 400, 200, 404]
