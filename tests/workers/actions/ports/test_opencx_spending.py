"""OpenCX: calls out, which answer with little and are known by their conversation."""

from __future__ import annotations

from typing import Any

import pytest
from starlette.responses import PlainTextResponse, Response

from tests.workers.actions.ports.spending import AFTER, BEFORE, NUMBER, START, TO, in_doubt, verify
from tests.workers.actions.support import Platform, given, perform
from tests.workers.clients.support import connection
from workers.clients.errors import ApiError, Conflict, InDoubtError, Unsupported


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
