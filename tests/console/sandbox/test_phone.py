"""Whole calls, every generation, in jumping time: no test here waits."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.responses import JSONResponse, PlainTextResponse

from console.sandbox.caller import APOLOGY
from console.sandbox.client import call_path
from console.sandbox.faults import Fault
from console.sandbox.record import CallRecord
from console.sandbox.script import GENERATIONS, Script
from console.sandbox.seed import NIGHT_DESK
from tests.console.sandbox.support import FULL_G1, Box, Received, Receiver, box, tool_ids, virtually

WHOLE_CALL = ["assistant-request", "status-update", "tool-calls", "status-update", "end-of-call-report"]
GREETING = {
    "g1": "Hallo, u spreekt met Eva.",
    "g2": "Good morning, this is the day desk.",
    "g3": "Good morning, this is the day desk.",
}


def play(receiver: Receiver | None = None, settings: dict[str, Any] | None = None, **script: Any) -> CallRecord:
    async def story() -> CallRecord:
        async with box(receiver, **settings or {}) as around:
            return await around.call(**script)

    return virtually(story())


def statuses(receiver: Receiver) -> list[str]:
    updates = [got.payload for got in receiver.got if got.event == "status-update"]
    return [each["message"]["call"]["status"] if "message" in each else each["status"] for each in updates]


@pytest.mark.parametrize("generation", GENERATIONS)
def test_a_whole_call(generation: str) -> None:
    receiver = Receiver()
    record = play(receiver, generation=generation)
    assert receiver.events() == WHOLE_CALL
    assert statuses(receiver) == ["in-progress", "ended"]
    assert record.heard() == [GREETING[generation], "We open at nine."]
    assert (record.status, record.end_reason, record.problems()) == ("ended", "user_hangup", [])
    assert [sent.event for sent in record.deliveries] == WHOLE_CALL
    assert all(sent.in_time and sent.status == 200 for sent in record.deliveries)
    assert record.timeline[-1].at < 3


@pytest.mark.parametrize("generation", GENERATIONS)
def test_every_event_names_the_same_call(generation: str) -> None:
    receiver = Receiver()
    record = play(receiver, generation=generation)
    for got in receiver.got:
        flat = got.payload
        told = flat["message"]["call"]["id"] if "message" in flat else flat.get("callId", flat.get("callSession"))
        assert told == (None if (generation, got.event) == ("g1", "assistant-request") else record.id)


def test_a_slow_tool_is_silence_for_the_caller() -> None:
    record = play(Receiver(delays={"tool-calls": 6}))
    assert record.heard()[-1] == "We open at nine."
    assert record.longest_silence() == 6


@pytest.mark.parametrize(("generation", "deadline"), [("g1", 5), ("g2", 10), ("g3", 10)])
def test_a_tool_that_is_too_late(generation: str, deadline: float) -> None:
    record = play(Receiver(delays={"tool-calls": 60}), generation=generation)
    assert record.heard()[-1] == APOLOGY
    assert record.problems() == [f"tool-calls: no answer within {deadline} s"]
    late = record.deliveries[2]
    assert (late.event, late.in_time, late.status, late.seconds) == ("tool-calls", False, 0, deadline)


def test_a_late_assistant_request_loses_a_first_generation_call() -> None:
    receiver = Receiver(delays={"assistant-request": 6})
    record = play(receiver, generation="g1")
    assert receiver.events() == ["assistant-request", "status-update"]
    assert receiver.last("status-update").payload["status"] == "ended-with-debugging"
    assert "returned none" in receiver.last("status-update").payload["debugging-artifact"]
    assert (record.status, record.heard()) == ("ended-with-debugging", [])
    assert record.done


@pytest.mark.parametrize("generation", ["g2", "g3"])
def test_a_late_assistant_request_falls_back_later_on(generation: str) -> None:
    record = play(Receiver(delays={"assistant-request": 6}), generation=generation)
    assert record.heard()[0] == GREETING[generation]
    assert record.timeline[2].waited == pytest.approx(5.2)
    assert record.problems() == ["assistant-request: no answer within 5 s"]


@pytest.mark.parametrize("generation", ["g2", "g3"])
def test_a_rejected_call_hears_why(generation: str) -> None:
    receiver = Receiver({"assistant-request": {"error": "We are closed."}})
    record = play(receiver, generation=generation)
    assert (record.heard(), record.status) == (["We are closed."], "rejected")
    assert receiver.events() == ["assistant-request", "status-update"]


def test_another_assistant_answers() -> None:
    reply = {"assistant_id": NIGHT_DESK, "assistant_override": {"metadata": {"crm": "A-17"}}}
    receiver = Receiver({"assistant-request": reply})
    record = play(receiver)
    assert record.heard()[0] == "Good evening, this is the night desk."
    assert record.assistant_name == "Night desk"
    echoed = receiver.last("end-of-call-report").payload["message"]["assistant"]
    assert (echoed["name"], echoed["metadata"]) == ("Night desk", {"crm": "A-17"})


def test_an_unknown_assistant_is_a_problem() -> None:
    record = play(Receiver({"assistant-request": {"assistant_id": "nobody"}}))
    assert record.heard()[0] == GREETING["g3"]
    assert "there is no assistant nobody" in record.problems()[0]


def test_an_override_replaces_whole_blocks() -> None:
    receiver = Receiver({"assistant-request": {"assistant": {"first_message": "Special hello."}}})
    assert play(receiver).heard()[0] == "Special hello."


@pytest.mark.parametrize(
    ("reply", "outcome"), [({}, "ended-with-error"), ({"assistant": {"first_message": "Hi."}}, "ended")]
)
def test_a_number_without_an_assistant_needs_a_reply(reply: dict[str, Any], outcome: str) -> None:
    record = play(Receiver({"assistant-request": reply}), to="+31850000002")
    assert record.status == outcome


def test_max_duration_ends_the_call() -> None:
    receiver = Receiver({"assistant-request": {"max_duration_seconds": 30}})
    record = play(receiver, turns=[{"pause": 300}])
    assert (record.end_reason, record.duration) == ("max_duration", 30)
    assert receiver.events()[-1] == "end-of-call-report"


def test_several_tools_in_one_event() -> None:
    def half_answered(got: Received) -> Any:
        first, _ = tool_ids(got.payload)
        return {"results": [{"tool_call_id": first, "result": "One."}]}

    receiver = Receiver({"tool-calls": half_answered})
    record = play(receiver, turns=[{"tools": [{"name": "a"}, {"name": "b", "id": "mine"}]}])
    assert tool_ids(receiver.last("tool-calls").payload)[1] == "mine"
    assert record.heard()[-1] == f"One. {APOLOGY}"
    assert record.problems() == ["tool-calls: mine was not answered"]


def test_an_asynchronous_tool_is_not_waited_for() -> None:
    receiver = Receiver(delays={"tool-calls": 3})
    record = play(receiver, turns=[{"tools": [{"name": "a", "async": True, "async_response": "Will do."}]}])
    assert record.heard()[-1] == "Will do."
    assert record.longest_silence() < 1
    assert [sent.event for sent in record.deliveries][-2:] == ["end-of-call-report", "tool-calls"]
    assert sorted(receiver.events()) == sorted(WHOLE_CALL)


def test_the_pace_stretches_speech() -> None:
    assert play(settings={"pace": 4}).duration == pytest.approx(4 * play().duration)


@pytest.mark.parametrize("reply", [PlainTextResponse("boom", 500), PlainTextResponse("<html>")])
def test_a_broken_tool_reply(reply: Any) -> None:
    record = play(Receiver({"tool-calls": reply}))
    assert record.heard()[-1] == APOLOGY
    assert len(record.problems()) == 1


def test_a_refused_report_is_a_problem() -> None:
    record = play(Receiver({"end-of-call-report": JSONResponse({}, 503)}))
    assert record.problems() == ["end-of-call-report: the reply's status was 503"]
    assert record.status == "ended"


def test_duplicates_are_delivered_and_compared() -> None:
    async def story() -> tuple[CallRecord, Receiver]:
        counted = iter(range(100))
        receiver = Receiver({"end-of-call-report": lambda _: {"event_id": next(counted)}})
        async with box(receiver) as around:
            around.sandbox.faults.add(Fault(route="tool-calls", kind="duplicate", copies=3))
            around.sandbox.faults.add(Fault(route="end-of-call-report", kind="duplicate"))
            return await around.call(), receiver

    record, receiver = virtually(story())
    assert receiver.events().count("tool-calls") == 3
    assert len({got.body for got in receiver.got if got.event == "tool-calls"}) == 1
    assert record.problems() == ["end-of-call-report: copies of one delivery got different replies"]


def test_unwanted_events_are_not_sent() -> None:
    async def story() -> tuple[CallRecord, Receiver]:
        async with box() as around:
            for assistant in around.sandbox.world.flireo.assistants.values():
                assistant.webhook_events = ["end-of-call-report"]
            return await around.call(), around.receiver

    record, receiver = virtually(story())
    assert receiver.events() == ["end-of-call-report"]
    assert record.heard() == [GREETING["g3"], APOLOGY]


def test_the_report_carries_summary_and_analysis() -> None:
    receiver = Receiver()
    play(receiver, summary="Asked for hours.", analysis={"intent": "hours"})
    message = receiver.last("end-of-call-report").payload["message"]
    assert (message["summary"], message["analysis"]) == ("Asked for hours.", {"intent": "hours"})
    play(receiver)
    assert "What time do you open" in receiver.last("end-of-call-report").payload["message"]["summary"]


async def commanded(around: Box, script: Script, after: float, command: dict[str, Any]) -> tuple[CallRecord, int]:
    placed = await around.client.place_call(script)
    await asyncio.sleep(after)
    path = call_path(placed.id).removeprefix("/sandbox")
    status = (await around.flireo("POST", f"{path}/control", json=command)).status_code
    return await around.client.record(placed.id, wait=120), status


HOLDING = [{"tools": [{"name": "slow_lookup"}]}, {"hold": 60}, {"caller": "Thanks."}, {"hang_up": True}]


def test_a_late_result_is_heard_in_the_same_call() -> None:
    async def story() -> tuple[CallRecord, int]:
        async with box() as around:
            command = {"type": "inject-context", "content": "It was nine after all.", "trigger_response": True}
            return await commanded(around, Script.model_validate({"turns": HOLDING}), 8, command)

    record, status = virtually(story())
    assert status == 200
    assert record.messages()[-2:] == [
        {"role": "assistant", "content": "It was nine after all."},
        {"role": "user", "content": "Thanks."},
    ]
    assert 6 < record.longest_silence() < 8


def test_a_command_that_came_before_the_hold_counts() -> None:
    turns = [{"tools": [{"name": "a"}]}, {"pause": 5}, {"hold": 60}]

    async def story() -> tuple[CallRecord, int]:
        async with box() as around:
            say = {"type": "say", "content": "Nine.", "end_after": False}
            return await commanded(around, Script.model_validate({"turns": turns}), 3, say)

    assert virtually(story())[0].duration < 7


def test_a_command_from_before_the_question_does_not_count() -> None:
    turns = [{"pause": 5}, {"tools": [{"name": "a"}]}, {"hold": 60}]

    async def story() -> tuple[CallRecord, int]:
        async with box() as around:
            say = {"type": "say", "content": "Early.", "end_after": False}
            return await commanded(around, Script.model_validate({"turns": turns}), 3, say)

    assert virtually(story())[0].duration > 60


def test_a_hold_that_nobody_ends() -> None:
    record = play(turns=[{"hold": 30}])
    assert record.duration == pytest.approx(30, abs=1)
    assert "nothing more was heard within 30 s" in [moment.text for moment in record.timeline]


def test_the_agent_hangs_up_while_a_tool_is_waited_for() -> None:
    async def story() -> tuple[CallRecord, int]:
        async with box(Receiver(delays={"tool-calls": 9})) as around:
            return await commanded(around, Script.model_validate({"turns": HOLDING}), 4, {"type": "end-call"})

    record, _ = virtually(story())
    assert record.end_reason == "assistant_hangup"
    assert "the call ended before tool-calls was answered" in [moment.text for moment in record.timeline]
    assert record.deliveries[-1].event == "end-of-call-report"


def test_a_transfer_ends_the_conversation() -> None:
    async def story() -> tuple[CallRecord, Receiver]:
        async with box() as around:
            transfer = {"type": "transfer", "destination": "+31850000099", "message": "I put you through."}
            record, _ = await commanded(around, Script.model_validate({"turns": HOLDING}), 2, transfer)
            return record, around.receiver

    record, receiver = virtually(story())
    assert (record.status, record.heard()[-1]) == ("transferred", "I put you through.")
    assert statuses(receiver) == ["in-progress", "ended"]


def test_a_full_first_generation_configuration_is_used() -> None:
    receiver = Receiver({"assistant-request": {"assistant": FULL_G1 | {"firstMessage": ""}}})
    assert play(receiver, generation="g1").heard()[0] == "We open at nine."


def test_what_is_lost_never_arrives_and_holds_nothing_up() -> None:
    receiver = Receiver()
    record = play(receiver, lost=["tool-calls", "end-*"])
    assert receiver.events() == ["assistant-request", "status-update", "status-update"]
    assert record.heard()[-1] == APOLOGY
    lost = {sent.event: sent for sent in record.deliveries if not sent.in_time}
    assert set(lost) == {"tool-calls", "end-of-call-report"}
    assert lost["tool-calls"].reply == "it was lost on its way"
    assert record.ended_at
