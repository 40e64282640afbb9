from __future__ import annotations

import pytest

from console.sandbox.platforms.fluents.calls import RECORDING
from console.sandbox.platforms.fluents.seed import FLUENTS_DAY_AGENT, FLUENTS_PAST_CALL
from tests.workers.actions.platforms.fluents.support import Desk, desk
from tests.workers.clients.support import said_by
from workers.clients.errors import Invalid

ORDER = {"agent": FLUENTS_DAY_AGENT, "to": "+31612340002", "from": "+31850000003"}


async def started(own: Desk) -> str:
    call: str = (await own.do("call.start", **ORDER))["id"]
    return call


@pytest.mark.parametrize("form", ["newer", "older"])
async def test_calls_are_listed_latest_first(form: str) -> None:
    async with desk(fluents_form=form) as own:
        new = await started(own)
        listed = await own.do("fluents.call.list")
        assert [each["id"] for each in listed["calls"]] == [new, FLUENTS_PAST_CALL]
        past = listed["calls"][1]
        assert (past["from"], past["duration"], past["agent"]) == ("+31612340001", 60.0, FLUENTS_DAY_AGENT)
        assert not {"transcript", "raw"} & set(past)


@pytest.mark.parametrize(
    ("params", "count", "complete"),
    [
        ({"number": "+31612340002"}, 1, True),
        ({"number": "+31 61 234 0001"}, 1, True),
        ({"number": "+31612340009"}, 0, True),
        ({"status": "ended"}, 1, True),
        ({"limit": 1}, 1, False),
    ],
)
async def test_which_calls_are_listed(params: dict[str, object], count: int, complete: bool) -> None:
    async with desk() as own:
        await started(own)
        listed = await own.do("fluents.call.list", **params)
        assert (listed["count"], listed["complete"]) == (count, complete)


async def test_a_recording_is_told_and_kept_nowhere() -> None:
    async with desk(call=FLUENTS_PAST_CALL) as own:
        told = await own.do("fluents.call.recording")
        assert told == {
            "available": True,
            "url": f"http://sandbox/fluents/v1/calls/recording?id={FLUENTS_PAST_CALL}",
            "size": len(RECORDING),
            "type": "audio/mpeg",
        }
        assert len(said_by(own.own)) < 20_000
        assert '"body": {"bytes": ' in said_by(own.own)


async def test_a_call_without_recording() -> None:
    async with desk() as own:
        told = await own.do("fluents.call.recording", call=await started(own))
        assert told == {"available": False, "url": "", "size": 0, "type": ""}


async def test_what_was_said() -> None:
    async with desk(call=FLUENTS_PAST_CALL) as own:
        said = await own.do("fluents.call.transcript")
        assert said["caller"] == "Where is my order?"
        assert said["agent"] == "Good day, this is the-\nIt has shipped."
        assert said["lines"][0] == {
            "speaker": "agent",
            "text": "Good day, this is the-",
            "at": 0.5,
            "interrupted": True,
        }
        assert [each["speaker"] for each in said["lines"]] == ["agent", "caller", "action", "agent"]
        empty = await own.do("fluents.call.transcript", call=await started(own))
        assert (empty["text"], empty["lines"]) == ("", [])


async def test_an_event_without_call_needs_one_named() -> None:
    async with desk() as own:
        with pytest.raises(Invalid, match="name the call"):
            await own.do("fluents.call.recording")


async def test_a_shown_call_says_where_its_recording_is() -> None:
    async with desk() as own:
        past = await own.do("call.get", call=FLUENTS_PAST_CALL)
        assert past["recording_url"].endswith(f"/v1/calls/recording?id={FLUENTS_PAST_CALL}")
        assert (past["direction"], past["ended_reason"]) == ("inbound", "human_disconnected")
        assert (await own.do("call.get", call=await started(own)))["recording_url"] == ""
        assert "example-token" not in str(past) + said_by(own.own)
