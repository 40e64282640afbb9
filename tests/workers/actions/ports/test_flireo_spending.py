"""Flireo, later generations: calls out, and numbers that are taken out of the account."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.responses import Response

from tests.workers.actions.ports.spending import AFTER, BEFORE, NUMBER, START, TO, in_doubt, verify
from tests.workers.actions.support import Platform, given, perform
from tests.workers.clients.support import refused
from workers.clients.errors import ApiError, Conflict, InDoubtError, Invalid, NotFound, Unavailable, Unsupported

HELD = {"id": "n1", "phone_number": NUMBER, "agent_id": None}


def numbers(*items: dict[str, Any]) -> dict[str, Any]:
    return {"GET /numbers": {"numbers": list(items), "pagination": {"total": len(items)}}}


async def test_a_number_is_taken_out_by_its_id() -> None:
    platform = Platform(numbers(HELD) | {"DELETE /numbers/n1": Response(status_code=204)})
    assert await perform(given(platform, "flireo", "g3"), "number.release", number=NUMBER) == {"number": NUMBER}
    assert platform.said() == ["GET /numbers", "DELETE /numbers/n1"]
    await perform(given(platform, "flireo", "g3"), "number.release", number="n1")
    assert platform.said()[2:] == ["DELETE /numbers/n1"]


async def test_a_number_that_is_not_ours_cannot_be_given_back() -> None:
    with pytest.raises(NotFound):
        await perform(given(Platform(numbers()), "flireo", "g3"), "number.release", number=NUMBER)


@pytest.mark.parametrize(
    ("items", "name", "gone"), [([HELD], NUMBER, False), ([HELD], "n1", False), ([], NUMBER, True)]
)
async def test_whether_a_number_was_taken_out(items: list[dict[str, Any]], name: str, gone: bool) -> None:
    found = await verify(in_doubt(numbers(*items), "flireo", "g3"), "number.release", number=name)
    assert (found is not None) == gone


@pytest.mark.parametrize(("generation", "key"), [("g2", "agent_id"), ("g3", "assistant_id")])
async def test_a_call_out_in_each_generations_word(generation: str, key: str) -> None:
    answer = {"success": True, "call_id": "call-outbound-1", "status": "dialing"}
    platform = Platform(numbers(HELD) | {"POST /calls/outbound": answer})
    own = given(platform, "flireo", generation)
    more = {"from": NUMBER, "first_message": "Hello.", "metadata": {"case": 7}}
    output = await perform(own, "call.start", **START, **more)
    assert (output["id"], output["status"]) == ("call-outbound-1", "dialing")
    assert platform.seen[1].body == {
        key: "a1",
        "destination": TO,
        "number_id": "n1",
        "first_message": "Hello.",
        "assistant_override": {"metadata": {"case": 7}},
    }
    await perform(own, "call.start", **START)
    assert platform.seen[2].body == {key: "a1", "destination": TO}


async def test_a_call_out_that_is_refused_or_broken() -> None:
    for answer, error in (
        ({"success": False}, Invalid),
        (refused(500, {}), InDoubtError),
        (refused(404, {}), NotFound),
    ):
        with pytest.raises(error):
            await perform(given(Platform({"POST /calls/outbound": answer}), "flireo", "g3"), "call.start", **START)
    with pytest.raises(Unsupported, match=r"start a call with variables"):
        await perform(given(Platform({}), "flireo", "g3"), "call.start", variables={"a": "b"}, **START)


def a_call(**changes: Any) -> dict[str, Any]:
    told = {"id": "c1", "caller_phone": TO, "assistant_phone": NUMBER, "direction": "outbound", "agent_id": "a1"}
    return told | {"status": "ringing", "created_at": AFTER} | changes


def calls(*items: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    return {"GET /calls": {"calls": list(items), "pagination": {"total": len(items) if total is None else total}}}


@pytest.mark.parametrize(
    ("items", "call"),
    [
        ([a_call()], "c1"),
        ([a_call(id="c0", created_at=BEFORE), a_call()], "c1"),
        ([a_call(created_at=BEFORE)], None),
        ([a_call(direction="inbound")], None),
        ([], None),
    ],
)
async def test_whether_a_call_was_started_stands_in_the_calls(items: list[dict[str, Any]], call: str | None) -> None:
    found = await verify(in_doubt(calls(*items), "flireo", "g3"), "call.start", **START)
    assert (found and found["id"]) == call


@pytest.mark.parametrize(
    ("routes", "error"),
    [
        (calls(a_call(), a_call(id="c2")), Conflict),
        (calls(a_call(created_at=None)), InDoubtError),
        (calls(a_call(id="c9", caller_phone="+31612340009"), total=999_999), InDoubtError),
        ({"GET /calls": {"calls": None}}, Unavailable),
        ({"GET /calls": refused(500, {})}, Unavailable),
    ],
)
async def test_when_the_calls_cannot_tell(routes: dict[str, Any], error: type[ApiError]) -> None:
    with pytest.raises(error):
        await verify(in_doubt(routes, "flireo", "g3"), "call.start", **START)


async def test_calls_that_come_newest_first_are_read_only_as_far_as_needed() -> None:
    old = [a_call(id="c9", created_at="2026-11-21T10:00:00.000Z"), a_call(id="c8", created_at=BEFORE)]
    own = in_doubt(calls(a_call(caller_phone="+31612340009"), *reversed(old), total=999_999), "flireo", "g3")
    assert await verify(own, "call.start", **START) is None
    assert len(own.exchanges) == 1


async def test_a_call_is_shown() -> None:
    platform = Platform({"GET /calls/call-_%2B31_x": a_call(id="call-_+31_x")})
    assert (await perform(given(platform, "flireo", "g3"), "call.get", call="call-_+31_x"))["to"] == TO
