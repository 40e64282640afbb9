from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as hypothesis_given

from tests.workers.actions.support import Platform, given, perform
from tests.workers.clients.support import damaged, sample
from workers.clients.errors import NotFound, Unsupported

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
