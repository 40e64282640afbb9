from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as hypothesis_given

from store.event import Call, Event
from tests.workers.actions.support import Platform, given, perform
from tests.workers.clients.support import connection, damaged, sample
from workers.clients.errors import Invalid, NotFound, Unsupported

LIST = [*sample("opencx_phone_list"), {"id": "agent_2", "name": "No phone", "phone_number": None}]


async def test_numbers_are_those_of_the_agents() -> None:
    output = await perform(given(Platform({"GET /phone": LIST}), "opencx"), "number.list")
    assert output["count"] == 1
    number = output["numbers"][0]
    assert (number["id"], number["number"], number["agent"]) == ("+31850000001", "+31850000001", "agent_1")
    assert (number["agent_name"], number["type"]) == ("Front desk", "inbound")
    assert number["raw"]["actionIds"] is None


async def test_a_number_and_an_agent_are_found_in_the_list() -> None:
    own = given(Platform({"GET /phone": LIST}), "opencx")
    assert (await perform(own, "number.get", number="+31 85 000 0001"))["agent"] == "agent_1"
    assert (await perform(own, "agent.get", agent="agent_2"))["name"] == "No phone"
    with pytest.raises(NotFound):
        await perform(own, "agent.get", agent="agent_3")
    with pytest.raises(NotFound):
        await perform(own, "number.get", number="+31850000003")


async def test_agents_are_listed_and_changed() -> None:
    platform = Platform({"GET /phone": LIST, "PATCH /phone/agent_1": LIST[0] | {"name": "Night"}})
    own = given(platform, "opencx")
    assert [each["name"] for each in (await perform(own, "agent.list"))["agents"]] == ["Front desk", "No phone"]
    assert (await perform(own, "agent.update", agent="agent_1", set={"name": "Night"}))["name"] == "Night"
    assert platform.seen[1].body == {"name": "Night"}


@pytest.mark.parametrize(
    ("name", "params"),
    [
        ("number.link", {"number": "+31850000001", "agent": "agent_1"}),
        ("number.unlink", {"number": "+31850000001"}),
        ("number.update", {"number": "+31850000001", "set": {"label": "x"}}),
        ("number.search", {}),
        ("call.end", {}),
        ("call.say", {"content": "Hello"}),
    ],
)
async def test_what_it_cannot_do_is_unsupported_and_asks_nobody(name: str, params: dict[str, Any]) -> None:
    platform = Platform({})
    with pytest.raises(Unsupported, match="OpenCX cannot"):
        await perform(given(platform, "opencx"), name, **params)
    assert platform.seen == []


@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@hypothesis_given(damaged(LIST))
async def test_no_answer_breaks_an_action(body: Any) -> None:
    own = given(Platform({"GET /phone": body}), "opencx")
    await perform(own, "number.list")
    await perform(own, "agent.list")


SESSION = {
    "id": "s1",
    "status": "open",
    "contact": {"phone_number": "+31 6 12340001"},
    "created_at": "2026-10-01T10:00:00Z",
}


def spoken(who: str, text: str, second: int, kind: str = "message") -> dict[str, Any]:
    event = {"type": kind, "sender": {"type": who, "name": None}, "content": {"type": "text", "text": text}}
    return {"created_at": f"2026-10-01T10:00:{second:02d}Z", "event": event}


HISTORY = [
    spoken("ai", "Goodbye.", 30),
    spoken("contact", "My invoice?", 10),
    spoken("ai", "Hello.", 5),
    spoken("human_agent", "Mine now.", 20, "human_agent_joined"),
    spoken("human_agent", "I see it.", 21),
]


async def test_what_was_said_in_a_call_is_in_the_history_of_its_conversation() -> None:
    routes = {"GET /chat/sessions/s1": SESSION, "GET /chat/sessions/s1/history": {"items": HISTORY, "next": None}}
    found = await perform(given(Platform(routes), "opencx"), "call.get", call="s1")
    assert found["transcript"] == "assistant: Hello.\nuser: My invoice?\nagent: I see it.\nassistant: Goodbye."
    assert (found["from_"], found["direction"]) == ("+31612340001", "")


async def test_the_call_of_an_event_is_known_by_its_conversation() -> None:
    event = Event(kind="call-ended", call=Call(id="call_1", metadata={"session_id": "s1"}))
    routes = {"GET /chat/sessions/s1": SESSION, "GET /chat/sessions/s1/history": {"items": [], "next": None}}
    assert (await perform(given(Platform(routes), "opencx", event=event), "call.get"))["id"] == "s1"
    nameless = Event(kind="call-ended", call=Call(id="call_1"))
    with pytest.raises(Invalid, match="no call id"):
        await perform(given(Platform(routes), "opencx", event=nameless), "call.get")


async def test_what_was_said_without_moments_stays_as_it_was_listed() -> None:
    items = [spoken("ai", "b", 2), spoken("ai", "a", 1) | {"created_at": None}]
    routes = {"GET /chat/sessions/s1": SESSION, "GET /chat/sessions/s1/history": {"items": items, "next": None}}
    found = await perform(given(Platform(routes), "opencx"), "call.get", call="s1")
    assert found["transcript"] == "assistant: b\nassistant: a"


async def test_a_call_out_is_written_as_the_connection_says() -> None:
    platform = Platform({"POST /phone/outbound-call": {}})
    template = {"agent": "{agent}", "contact": {"id": "{to}"}}
    own = given(platform, "opencx", to=connection("opencx", defaults={"outbound_body": template}))
    await perform(own, "call.start", agent="agent_1", to="+31612340001")
    assert platform.seen[0].body == {"agent": "agent_1", "contact": {"id": "+31612340001"}}
