from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st
from starlette.responses import JSONResponse

from tests.workers.actions.support import Platform, given, perform
from tests.workers.clients.support import connection, damaged, refused, said_by, sample
from workers.clients.errors import ApiError, Conflict, Invalid, Unsupported

NUMBER = sample("fluents_number_normalized")
EXPANDED = sample("fluents_numbers_available_v2")
AGENT = EXPANDED["items"][0]["inbound_agent"]
PAGE = {"items": [NUMBER, NUMBER | {"id": "n2", "number": "+31850000002", "inbound_agent": None}], "has_more": False}
DEFAULTS = {"telephony_provider": "twilio", "telephony_account_connection": "acc-1"}


async def test_numbers_are_listed_and_found_by_id() -> None:
    own = given(Platform({"GET /v1/numbers/list": PAGE}), "fluents")
    listed = await perform(own, "number.list")
    assert [(each["number"], each["agent"], each["label"]) for each in listed["numbers"]] == [
        ("+31850000001", "agent-7f", "Main line"),
        ("+31850000002", "", "Main line"),
    ]
    assert (await perform(own, "number.get", number="n2"))["number"] == "+31850000002"


async def test_an_expanded_number_gives_its_agents_id_and_no_credentials() -> None:
    platform = Platform({"GET /v1/numbers": EXPANDED["items"][0]})
    own = given(platform, "fluents")
    output = await perform(own, "number.get", number="+31 85 000 0001")
    assert output["agent"] == AGENT["id"]
    assert output["agent_name"] == "Day desk"
    assert output["raw"]["inbound_agent"] == AGENT["id"]
    assert platform.seen[0].query == "phone_number=%2B31850000001"
    assert "example-token" not in said_by(own)


@pytest.mark.parametrize("form", ["fluents_numbers_available_v1", "fluents_numbers_available_v2"])
async def test_offered_numbers_are_searched_with_the_connections_defaults(form: str) -> None:
    platform = Platform({"GET /v1/numbers/available": sample(form)})
    own = given(platform, "fluents", to=connection("fluents", defaults=DEFAULTS))
    output = await perform(own, "number.search", limit=3)
    assert output["count"] == 1
    assert platform.seen[0].query == "telephony_provider=twilio&telephony_account_connection=acc-1&limit=3&filters="
    await perform(own, "number.search", telephony_provider="telnyx", filters='{"area":"415"}')
    assert platform.seen[1].query.startswith("telephony_provider=telnyx&")
    assert "example-token" not in str(output) + said_by(own)


async def test_a_search_without_carrier_says_what_is_missing() -> None:
    with pytest.raises(Invalid, match="telephony_provider"):
        await perform(given(Platform({}), "fluents"), "number.search")


async def test_a_search_it_cannot_express_is_refused() -> None:
    with pytest.raises(Unsupported, match="filters"):
        await perform(given(Platform({}), "fluents"), "number.search", query="415")


async def test_linking_is_an_update_of_the_inbound_agent() -> None:
    platform = Platform(
        {
            "GET /v1/numbers": NUMBER,
            "POST /v1/numbers/update": JSONResponse(NUMBER | {"inbound_agent": "agent-8"}, 201),
        }
    )
    output = await perform(given(platform, "fluents"), "number.link", number="+31850000001", agent="agent-8")
    assert output == {"id": NUMBER["id"], "number": "+31850000001", "agent": "agent-8", "changed": True}
    assert platform.said() == ["GET /v1/numbers", "POST /v1/numbers/update"]
    assert platform.seen[1].body == {"inbound_agent": "agent-8"}


async def test_a_number_that_points_there_already_is_done() -> None:
    platform = Platform({"GET /v1/numbers": NUMBER})
    output = await perform(given(platform, "fluents"), "number.link", number="+31850000001", agent="agent-7f")
    assert not output["changed"]


async def test_a_success_that_changed_nothing_is_noticed() -> None:
    platform = Platform({"GET /v1/numbers": NUMBER, "POST /v1/numbers/update": NUMBER})
    with pytest.raises(Conflict):
        await perform(given(platform, "fluents"), "number.link", number="+31850000001", agent="agent-8")


async def test_a_number_is_unlinked_by_itself() -> None:
    platform = Platform({"GET /v1/numbers": NUMBER, "POST /v1/numbers/update": NUMBER | {"inbound_agent": None}})
    output = await perform(given(platform, "fluents"), "number.unlink", number="+31850000001")
    assert output["numbers"] == ["+31850000001"]
    assert platform.seen[1].body == {"inbound_agent": None}


async def test_numbers_are_unlinked_by_their_agent() -> None:
    platform = Platform({"GET /v1/numbers/list": PAGE, "POST /v1/numbers/update": NUMBER | {"inbound_agent": None}})
    output = await perform(given(platform, "fluents"), "number.unlink", agent="agent-7f")
    assert output["count"] == 1
    assert not (await perform(given(platform, "fluents"), "number.unlink", agent="nobody"))["changed"]


async def test_a_numbers_settings_are_changed() -> None:
    platform = Platform({"GET /v1/numbers/list": PAGE, "POST /v1/numbers/update": NUMBER | {"label": "New"}})
    own = given(platform, "fluents")
    assert (await perform(own, "number.update", number="n2", set={"label": "New"}))["label"] == "New"
    await perform(own, "number.update", number="+31850000001", set={"label": "New"})
    assert [seen.query for seen in platform.seen[1:]] == ["phone_number=%2B31850000002", "phone_number=%2B31850000001"]


async def test_agents_are_listed_shown_and_changed_without_credentials() -> None:
    platform = Platform(
        {
            "GET /v1/agents/list": {"items": [AGENT, {"id": "a2", "label": "Unnamed"}], "has_more": False},
            "GET /v1/agents": AGENT,
            "POST /v1/agents/update": JSONResponse(AGENT, 201),
        }
    )
    own = given(platform, "fluents")
    assert [each["name"] for each in (await perform(own, "agent.list"))["agents"]] == ["Day desk", "Unnamed"]
    shown = await perform(own, "agent.get", agent="a1")
    assert shown["raw"]["llm_temperature"] == 0.5
    await perform(own, "agent.update", agent="a1", set={"llm_temperature": 0.1})
    assert platform.seen[2].body == {"llm_temperature": 0.1}
    assert "example-token" not in str(shown) + said_by(own)


async def test_a_call_is_ended_but_not_with_words() -> None:
    platform = Platform({"POST /v1/calls/end": {"id": "c1", "status": "ended"}})
    own = given(platform, "fluents")
    assert await perform(own, "call.end", call="c1") == {"message": "ended"}
    with pytest.raises(Unsupported, match="last sentence"):
        await perform(own, "call.end", call="c1", message="Bye.")
    assert len(platform.seen) == 1


@pytest.mark.parametrize("name", ["call.say", "call.inject"])
async def test_it_cannot_speak_into_a_call(name: str) -> None:
    with pytest.raises(Unsupported, match="Fluents cannot"):
        await perform(given(Platform({}), "fluents"), name, content="Hello")


async def test_the_second_selector_is_tried_for_a_link() -> None:
    def update(seen: Any) -> Any:
        return NUMBER | {"inbound_agent": "b"} if seen.query.startswith("id=") else refused(404, {"message": "no"})

    platform = Platform({"GET /v1/numbers": NUMBER, "POST /v1/numbers/update": update})
    output = await perform(given(platform, "fluents"), "number.link", number="+31850000001", agent="b")
    assert output["changed"]
    assert platform.seen[2].query == f"id={NUMBER['id']}"


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@hypothesis_given(st.data())
async def test_no_answer_breaks_an_action(data: st.DataObject) -> None:
    platform = Platform(
        {
            "GET /v1/numbers/list": data.draw(damaged(PAGE)),
            "GET /v1/numbers": data.draw(damaged(EXPANDED["items"][0])),
            "GET /v1/agents/list": data.draw(damaged({"items": [AGENT]})),
            "POST /v1/numbers/update": data.draw(damaged(NUMBER)),
        }
    )
    for name, params in (
        ("number.list", {}),
        ("agent.list", {}),
        ("number.link", {"number": "+31850000001", "agent": "agent-7f"}),
        ("number.unlink", {"agent": "agent-7f"}),
    ):
        try:
            await perform(given(platform, "fluents"), name, **params)
        except ApiError:
            continue
