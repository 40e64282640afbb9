"""Fluents: numbers bought from a carrier, calls that carry a mark of their operation."""

from __future__ import annotations

from typing import Any

import pytest

from tests.workers.actions.ports.spending import BUY, CARRIER, NUMBER, START, TO, TRIED, in_doubt, verify
from tests.workers.actions.support import Platform, given, perform
from tests.workers.clients.support import Seen, connection, refused
from workers.actions.base import ActionContext
from workers.actions.ports.fluents import MARK
from workers.clients.errors import InDoubtError, Invalid, Unavailable, Unsupported

FLUENTS_NUMBER = {"id": "f1", "number": NUMBER, "inbound_agent": "a1", "active": True}


def fluents(routes: dict[str, Any]) -> tuple[Platform, ActionContext]:
    platform = Platform(routes)
    return platform, given(platform, "fluents", to=connection("fluents", defaults=CARRIER))


def listed(what: str, *items: dict[str, Any], more: bool = False) -> dict[str, Any]:
    return {f"GET /v1/{what}/list": {"items": list(items), "has_more": more}}


async def test_a_number_is_bought_from_the_connections_carrier() -> None:
    platform, own = fluents({"POST /v1/numbers/buy": FLUENTS_NUMBER})
    output = await perform(own, "number.buy", agent="a1", area_code="415", **BUY)
    assert platform.seen[0].body == {"phone_number": NUMBER, **CARRIER, "inbound_agent": "a1", "area_code": "415"}
    assert (output["id"], output["agent"]) == ("f1", "a1")
    with pytest.raises(Unsupported, match="verification_group"):
        await perform(own, "number.buy", verification_group="v", **BUY)


async def test_whether_a_number_was_bought_stands_in_the_numbers() -> None:
    other = FLUENTS_NUMBER | {"number": "+31850000001"}
    found = await verify(in_doubt(listed("numbers", other, FLUENTS_NUMBER), "fluents"), "number.buy", **BUY)
    assert found is not None
    assert found["id"] == "f1"
    assert await verify(in_doubt(listed("numbers", other), "fluents"), "number.buy", **BUY) is None


@pytest.mark.parametrize("answer", [{}, {"numbers": []}, {"items": None}])
async def test_an_answer_without_list_is_no_proof(answer: dict[str, Any]) -> None:
    with pytest.raises(Unavailable, match="without the list"):
        await verify(in_doubt({"GET /v1/numbers/list": answer}, "fluents"), "number.buy", **BUY)


async def test_a_list_without_end_is_no_proof() -> None:
    other = FLUENTS_NUMBER | {"number": "+31850000001"}
    with pytest.raises(InDoubtError, match="longer than is read"):
        await verify(in_doubt(listed("numbers", other, more=True), "fluents"), "number.buy", **BUY)


async def test_a_number_is_cancelled_by_either_selector() -> None:
    def cancel(seen: Seen) -> Any:
        return FLUENTS_NUMBER if seen.query == "id=f1" else refused(404, {"message": "no"})

    platform, own = fluents({"GET /v1/numbers": FLUENTS_NUMBER, "POST /v1/numbers/cancel": cancel})
    assert await perform(own, "number.release", number=NUMBER) == {"number": NUMBER}
    assert [seen.query for seen in platform.seen[1:]] == ["phone_number=%2B31851000007", "id=f1"]
    assert platform.seen[1].body is None


@pytest.mark.parametrize(
    ("items", "gone"), [([FLUENTS_NUMBER], False), ([], True), ([FLUENTS_NUMBER | {"active": False}], True)]
)
async def test_whether_a_number_was_cancelled(items: list[dict[str, Any]], gone: bool) -> None:
    found = await verify(in_doubt(listed("numbers", *items), "fluents"), "number.release", number=NUMBER)
    assert (found is not None) == gone


async def started_call() -> tuple[dict[str, Any], str]:
    """The body of a call that was started, and the mark it carries."""
    answer = {
        "id": "c1",
        "status": "not_started",
        "agent": {"id": "a1", "openai_account_connection": {"credentials": {"k": "s3cret"}}},
    }
    platform, own = fluents({"GET /v1/numbers": FLUENTS_NUMBER, "POST /v1/calls/create": answer})
    output = await perform(own, "call.start", **START, variables={"name": "Ada", "n": 3}, **{"from": NUMBER})
    assert (output["id"], output["raw"]["agent"]) == ("c1", "a1")
    body: dict[str, Any] = platform.seen[1].body
    return body, body["context"][MARK]


async def test_a_call_carries_a_mark_of_its_operation() -> None:
    body, mark = await started_call()
    assert body == {
        "to_number": TO,
        "from_number": NUMBER,
        "agent_phone_number": NUMBER,
        "agent": "a1",
        "telephony_provider": "twilio",
        "telephony_params": {},
        "context": {"name": "Ada", "n": "3", MARK: mark},
        "is_outgoing": True,
    }
    assert len(mark) == 32


async def test_a_call_without_our_number_says_what_is_missing() -> None:
    with pytest.raises(Invalid, match="needs `from`"):
        await perform(fluents({})[1], "call.start", **START)


async def test_a_carrier_may_be_an_object() -> None:
    platform = Platform({"GET /v1/numbers": FLUENTS_NUMBER, "POST /v1/calls/create": {"id": "c1"}})
    own = given(platform, "fluents", to=connection("fluents", defaults={"telephony_provider": {"name": "twilio"}}))
    await perform(own, "call.start", **START, **{"from": NUMBER})
    assert platform.seen[1].body["telephony_provider"] == {"name": "twilio"}


async def test_a_call_is_known_again_by_its_mark() -> None:
    _, mark = await started_call()
    theirs = {"id": "c0", "to_number": TO, "context": {MARK: "another"}}
    ours = {"id": "c1", "to_number": TO, "context": {MARK: mark}, "status": "in_progress"}
    found = await verify(in_doubt(listed("calls", theirs, ours), "fluents"), "call.start", **START)
    assert found is not None
    assert (found["id"], found["status"]) == ("c1", "in_progress")
    elsewhere = {"id": "c3", "to_number": "+31612340009"}
    old = {"id": "c4", "to_number": TO, "start_time": TRIED.timestamp() - 9000, "context": {}}
    assert await verify(in_doubt(listed("calls", theirs, elsewhere, old), "fluents"), "call.start", **START) is None


async def test_a_list_without_what_was_sent_along_is_asked_further() -> None:
    _, mark = await started_call()
    routes = listed("calls", {"id": "c1", "to_number": TO}) | {
        "GET /v1/calls": {"id": "c1", "to_number": TO, "context": {MARK: mark}}
    }
    found = await verify(in_doubt(routes, "fluents"), "call.start", **START)
    assert found is not None


@pytest.mark.parametrize("shown", [{}, {"name": "Ada"}, None])
async def test_a_call_without_any_mark_may_be_ours(shown: Any) -> None:
    call = {"id": "c1", "to_number": TO, "context": shown}
    with pytest.raises(InDoubtError, match="could be it"):
        await verify(in_doubt(listed("calls", call) | {"GET /v1/calls": call}, "fluents"), "call.start", **START)


async def test_a_fluents_call_is_shown() -> None:
    call = {
        "id": "c1",
        "status": "ended",
        "is_outgoing": True,
        "from_number": NUMBER,
        "to_number": TO,
        "agent": {"id": "a1"},
        "start_time": 1763726400,
        "end_time": "1763726460.5",
        "transcript": "BOT: Hello",
        "stage_outcome": "bot_disconnected",
    }
    shown = await perform(fluents({"GET /v1/calls": call})[1], "call.get", call="c1")
    assert (shown["direction"], shown["from_"], shown["to"], shown["agent"]) == ("outbound", NUMBER, TO, "a1")
    assert (shown["duration"], shown["transcript"], shown["ended_reason"]) == (60.5, "BOT: Hello", "bot_disconnected")
