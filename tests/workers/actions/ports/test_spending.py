"""Buying, giving back, calling out and looking at calls, with each platform's own requests and answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from starlette.responses import PlainTextResponse, Response

from tests.workers.actions.support import Platform, given, perform
from tests.workers.clients.support import Seen, connection, refused
from workers.actions import ACTIONS
from workers.actions.base import ActionContext
from workers.actions.ports.base import Port
from workers.actions.ports.fluents import MARK
from workers.actions.ports.table import able
from workers.clients.errors import ApiError, Conflict, InDoubtError, Invalid, NotFound, Unavailable, Unsupported

TRIED = datetime(2026, 11, 21, 12, tzinfo=UTC)
AFTER, BEFORE = "2026-11-21T12:00:01.000Z", "2026-11-21T11:00:00.000Z"
NUMBER = "+31851000007"
TO = "+31612340001"
CARRIER = {"telephony_provider": "twilio", "telephony_account_connection": "acc-1"}
BUY = {"number": NUMBER}
START = {"agent": "a1", "to": TO}


def in_doubt(routes: dict[str, Any], provider: str, generation: str = "") -> ActionContext:
    """An action whose try began at noon and got no answer."""
    defaults = CARRIER if provider == "fluents" else {}
    own = given(Platform(routes), provider, generation, to=connection(provider, defaults=defaults))
    own.tried_at = TRIED
    return own


async def verify(own: ActionContext, name: str, /, **params: Any) -> dict[str, Any] | None:
    action = ACTIONS[name]
    assert action.verify
    output = await action.verify(own, action.params.model_validate(params))
    return None if output is None else output.model_dump(mode="json", by_alias=True)


# --- flireo, generation one: orders -----------------------------------------------------------------------------------


def an_order(**changes: Any) -> dict[str, Any]:
    return {"id": "o1", "phone_number": NUMBER, "status": "pending", "ordered_at": AFTER} | changes


def orders(*items: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    return {
        "GET /v1/phone-number-orders": {"data": list(items), "meta": {"total": len(items) if total is None else total}}
    }


async def test_an_order_is_placed_with_what_was_chosen() -> None:
    placed = {
        "order_id": "o1",
        "phone_number": NUMBER,
        "status": "pending",
        "credits_used": 10,
        "remaining_credits": 90,
    }
    platform = Platform({"POST /v1/phone-numbers": {"message": "ok", "data": placed}})
    own = given(platform, "flireo", "g1")
    output = await perform(own, "number.buy", number="+31 85 100 0007", type="local", verification_group="v1")
    assert platform.seen[0].body == {"phone_number": NUMBER, "number_type": "local", "verification_group_id": "v1"}
    assert (output["number"], output["order"], output["status"]) == (NUMBER, "o1", "pending")
    await perform(own, "number.buy", **BUY)
    assert platform.seen[1].body == {"phone_number": NUMBER}


async def test_an_order_without_credits_is_refused_for_good() -> None:
    no = refused(402, {"error": {"code": "insufficient_credits", "message": "Not enough credits", "details": {}}})
    with pytest.raises(Invalid, match="insufficient_credits") as caught:
        await perform(given(Platform({"POST /v1/phone-numbers": no}), "flireo", "g1"), "number.buy", **BUY)
    assert not caught.value.retryable


@pytest.mark.parametrize("status", [500, 502])
async def test_an_order_that_broke_is_in_doubt(status: int) -> None:
    broken = refused(status, {"error": {"code": "provider_error", "message": "x", "details": {}}})
    with pytest.raises(InDoubtError):
        await perform(given(Platform({"POST /v1/phone-numbers": broken}), "flireo", "g1"), "number.buy", **BUY)


async def test_an_order_that_failed_at_once_is_no_number() -> None:
    failed = {"POST /v1/phone-numbers": {"data": {"order_id": "o1", "status": "failed"}}}
    with pytest.raises(Conflict, match="the order failed"):
        await perform(given(Platform(failed), "flireo", "g1"), "number.buy", **BUY)


async def test_an_order_refuses_what_it_has_no_use_for() -> None:
    with pytest.raises(Unsupported, match=r"Flireo \(g1\) cannot order a number with agent"):
        await perform(given(Platform({}), "flireo", "g1"), "number.buy", agent="a1", **BUY)


@pytest.mark.parametrize(
    ("items", "order"),
    [
        ([an_order()], "o1"),
        ([an_order(id="o0", ordered_at=BEFORE), an_order(id="o2")], "o2"),
        ([an_order(ordered_at=(TRIED - timedelta(seconds=60)).isoformat())], "o1"),
        ([an_order(phone_number="+31851000008")], None),
        ([an_order(ordered_at=BEFORE)], None),
        ([], None),
    ],
)
async def test_whether_an_order_was_placed_stands_in_the_orders(items: list[dict[str, Any]], order: str | None) -> None:
    found = await verify(in_doubt(orders(*items), "flireo", "g1"), "number.buy", **BUY)
    assert (found and found["order"]) == order


@pytest.mark.parametrize(
    ("routes", "error"),
    [
        (orders(an_order(ordered_at=None)), InDoubtError),
        (orders(an_order(), an_order(id="o2")), Conflict),
        (orders(an_order(status="failed")), Conflict),
        (orders(an_order(phone_number="+31851000008"), total=999_999), InDoubtError),
        ({"GET /v1/phone-number-orders": {}}, Unavailable),
        ({"GET /v1/phone-number-orders": {"orders": []}}, Unavailable),
        ({}, NotFound),
    ],
)
async def test_when_the_orders_cannot_tell(routes: dict[str, Any], error: type[ApiError]) -> None:
    with pytest.raises(error):
        await verify(in_doubt(routes, "flireo", "g1"), "number.buy", **BUY)


async def test_orders_are_read_to_the_end_also_when_nobody_says_how_many_there_are() -> None:
    def page(seen: Seen) -> dict[str, Any]:
        offset = int(seen.query.rpartition("offset=")[2])
        return {
            "data": [an_order()] if offset == 30 else [an_order(phone_number="+31851000008")] * min(30, 31 - offset)
        }

    found = await verify(in_doubt({"GET /v1/phone-number-orders": page}, "flireo", "g1"), "number.buy", **BUY)
    assert found


# --- flireo, later generations: calls out, numbers taken out ----------------------------------------------------------

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


# --- fluents ----------------------------------------------------------------------------------------------------------

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


# --- opencx -----------------------------------------------------------------------------------------------------------


def a_session(**changes: Any) -> dict[str, Any]:
    return {"id": "s1", "status": "open", "contact": {"phone_number": TO}, "created_at": AFTER} | changes


def sessions(*items: dict[str, Any]) -> dict[str, Any]:
    return {"GET /chat/sessions": {"items": list(items), "next": None}}


@pytest.mark.parametrize(
    ("answer", "call"),
    [
        ({"success": True}, ""),
        ({"call_id": "c1", "session_id": "s1"}, "s1"),
        ({"id": 7}, "7"),
        (PlainTextResponse("ok"), ""),
        (Response(status_code=204), ""),
        (["odd"], ""),
    ],
)
async def test_a_call_out_is_taken_whatever_is_answered(answer: Any, call: str) -> None:
    platform = Platform({"POST /phone/outbound-call": answer})
    output = await perform(given(platform, "opencx"), "call.start", **START)
    assert output["id"] == call
    assert platform.seen[0].body == {"phoneAgentId": "a1", "contact": {"phoneNumber": TO}}


async def test_the_older_spelling_of_a_call_out() -> None:
    platform = Platform({"POST /phone/outbound-call": {}})
    own = given(platform, "opencx", to=connection("opencx", defaults={"outbound_body": "snake"}))
    await perform(own, "call.start", **START)
    assert platform.seen[0].body == {"phone_agent_id": "a1", "contact": {"phone_number": TO}}


async def test_it_calls_from_the_agents_own_number() -> None:
    with pytest.raises(Unsupported, match="OpenCX cannot start a call with from"):
        await perform(given(Platform({}), "opencx"), "call.start", **START, **{"from": NUMBER})


async def test_a_new_conversation_is_the_call() -> None:
    other = a_session(id="s2", contact={"phone_number": "+31612340009"})
    found = await verify(in_doubt(sessions(other, a_session()), "opencx"), "call.start", **START)
    assert found is not None
    assert found["id"] == "s1"


@pytest.mark.parametrize(
    ("items", "error"),
    [
        ([], InDoubtError),
        ([a_session(created_at=BEFORE)], InDoubtError),
        ([a_session(), a_session(id="s2")], Conflict),
    ],
)
async def test_without_a_new_conversation_nobody_can_tell(items: list[dict[str, Any]], error: type[ApiError]) -> None:
    with pytest.raises(error):
        await verify(in_doubt(sessions(*items), "opencx"), "call.start", **START)


async def test_a_call_is_the_conversation_it_belongs_to() -> None:
    session = a_session(summary="All well.", ai_closure_type="resolved")
    history: dict[str, Any] = {"items": [], "next": None}
    platform = Platform({"GET /chat/sessions/s1": session, "GET /chat/sessions/s1/history": history})
    shown = await perform(given(platform, "opencx"), "call.get", call="s1")
    assert (shown["id"], shown["status"], shown["summary"]) == ("s1", "open", "All well.")
    assert shown["started_at"] == "2026-11-21T12:00:01+00:00"


# --- all of them ------------------------------------------------------------------------------------------------------


def test_who_can_do_it_can_also_tell_whether_it_happened() -> None:
    assert able(Port.number_buy) == able(Port.number_bought)
    assert able(Port.number_release) == able(Port.number_released)
    assert able(Port.call_start) == able(Port.call_started)
