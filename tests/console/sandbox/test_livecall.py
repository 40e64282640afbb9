from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import ValidationError

from console.sandbox.livecall import COMMANDS, LiveCall
from console.sandbox.record import CallRecord, Moment, Sent
from tests.console.sandbox.support import virtually


def live_call(**changes: Any) -> LiveCall:
    fields = {"id": "c1", "generation": "g3", "from": "+31612340001", "to": "+31850000001", "placed_at": "now"}
    record = CallRecord.model_validate(fields | {"status": "in-progress"} | changes)
    return LiveCall(record, asyncio.get_running_loop().time)


def apply(call: LiveCall, **command: Any) -> None:
    call.apply(COMMANDS.validate_python(command))


def test_silence_is_measured_from_the_last_word() -> None:
    async def story() -> CallRecord:
        call = live_call()
        await asyncio.sleep(2)
        call.caller_hears("Hello")
        await asyncio.sleep(1)
        call.caller_says("Hi")
        await asyncio.sleep(3.5)
        call.caller_hears("Yes?")
        return call.record

    record = virtually(story())
    assert [(moment.at, moment.waited) for moment in record.timeline] == [(2, 2), (3, None), (6.5, 3.5)]


@pytest.mark.parametrize(
    ("command", "heard", "ended"),
    [
        ({"type": "say", "content": "A word.", "end_after": False}, ["A word."], ""),
        ({"type": "say", "content": "Bye.", "end_after": True}, ["Bye."], "assistant_hangup"),
        ({"type": "inject-context", "content": "It is nine.", "trigger_response": True}, ["It is nine."], ""),
        ({"type": "inject-context", "content": "It is nine.", "trigger_response": False}, [], ""),
        ({"type": "end-call"}, [], "assistant_hangup"),
        ({"type": "end-call", "message": "Bye."}, ["Bye."], "assistant_hangup"),
        ({"type": "transfer", "destination": "+31850000099", "message": "One moment."}, ["One moment."], "transferred"),
        ({"type": "transfer", "destination": "sip:desk@example.com"}, [], "transferred"),
    ],
)
def test_commands(command: dict[str, Any], heard: list[str], ended: str) -> None:
    async def story() -> LiveCall:
        call = live_call()
        apply(call, **command)
        return call

    call = virtually(story())
    assert (call.record.heard(), call.record.end_reason) == (heard, ended)
    assert call.in_progress == (ended == "")
    assert call.command_heard.is_set()
    assert call.record.timeline[0].kind == "command"


def test_silent_context_is_written_down() -> None:
    async def story() -> CallRecord:
        call = live_call()
        apply(call, type="inject-context", content="It is nine.", trigger_response=False)
        return call.record

    assert [(moment.kind, moment.text) for moment in virtually(story()).timeline][1] == ("knows", "It is nine.")


@pytest.mark.parametrize(
    "command",
    [
        {"type": "say", "content": "no end_after"},
        {"type": "inject-context", "content": "no trigger"},
        {"type": "say", "content": "", "end_after": False},
        {"type": "transfer", "destination": "0850000099"},
        {"type": "dance"},
        {"type": "end-call", "mesage": "typing mistake"},
    ],
)
def test_invalid_commands(command: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        COMMANDS.validate_python(command)


def test_only_the_first_end_counts() -> None:
    async def story() -> LiveCall:
        call = live_call()
        call.end("user_hangup")
        call.end("transferred")
        return call

    assert virtually(story()).record.end_reason == "user_hangup"


def test_problems_of_a_delivery_follow_it() -> None:
    async def story() -> CallRecord:
        call = live_call()
        call.sent(
            Sent(event="tool-calls", at=0, seconds=1, status=500, body={}, reply="", in_time=True, problems=["bad"])
        )
        return call.record

    record = virtually(story())
    assert [moment.kind for moment in record.timeline] == ["sent", "problem"]
    assert record.deliveries[0].status == 500


def test_followers_see_everything_once() -> None:
    async def story() -> tuple[list[Moment], list[Moment]]:
        call = live_call()
        call.note("before anybody listens")

        async def listen() -> list[Moment]:
            return [moment async for moment in call.follow()]

        early = asyncio.create_task(listen())
        for number in range(3):
            await asyncio.sleep(1)
            call.note(f"note {number}")
        late = asyncio.create_task(listen())
        call.note("last")
        call.finished()
        return await early, await late

    early, late = virtually(story())
    assert [moment.text for moment in early] == ["before anybody listens", "note 0", "note 1", "note 2", "last"]
    assert early == late


def test_waiting_for_the_end() -> None:
    async def story() -> tuple[bool, bool]:
        call = live_call()
        before = await call.wait_done(3)
        call.finished()
        return before, await call.wait_done(3)

    assert virtually(story()) == (False, True)


def test_who_is_on_the_line() -> None:
    async def story() -> list[tuple[str, str]]:
        calls = live_call(), live_call(direction="outbound")
        return [(call.customer, call.line) for call in calls]

    assert virtually(story()) == [("+31612340001", "+31850000001"), ("+31850000001", "+31612340001")]
