from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import given as hypothesis_given
from hypothesis import strategies as st

from tests.workers.actions.support import Limits, Platform, given, perform
from tests.workers.clients.support import connection, damaged, refused, sample
from workers.clients.errors import ApiError, Conflict, Invalid, NotFound, RateLimited, Unsupported

AGENT = "0d3f9f0e-7a01-4c0e-9c55-0000000000ff"
NUMBER = "0d3f9f0e-7a01-4c0e-9c55-000000000001"
LINK = f"/v1/assistants/{AGENT}/phone-number"
OWN: dict[str, Any] = {
    "data": [
        {
            "id": NUMBER,
            "phone_number": "+31850000001",
            "locality": "Amsterdam",
            "number_type": "local",
            "linked_assistant": {"id": AGENT, "name": "Day desk"},
        },
        {"id": "n2", "phone_number": "+31850000002", "linked_assistant": None},
    ],
    "shared_numbers": [{"id": "s1", "phone_number": "+31850000009"}],
    "meta": {"total": 2, "limit": 50, "offset": 0},
}
NONE = sample("flireo_assistant_phone_number_get_none")
HAS = sample("flireo_assistant_phone_number_get")
LINKED = sample("flireo_assistant_phone_number_link")


def first(routes: dict[str, Any]) -> Platform:
    return Platform({"GET /v1/phone-numbers": OWN, **routes})


class TestFirst:
    async def test_numbers_are_listed_with_their_agents(self) -> None:
        output = await perform(given(first({}), "flireo", "g1"), "number.list")
        assert output["count"] == 2
        assert output["numbers"][0] == {
            "id": NUMBER,
            "number": "+31850000001",
            "agent": AGENT,
            "agent_name": "Day desk",
            "label": "Amsterdam",
            "type": "local",
            "active": True,
            "raw": OWN["data"][0],
        }

    @pytest.mark.parametrize("name", ["+31850000001", "+31 85 000 0001", NUMBER])
    async def test_a_number_is_shown_by_either_name(self, name: str) -> None:
        assert (await perform(given(first({}), "flireo", "g1"), "number.get", number=name))["id"] == NUMBER

    async def test_numbers_on_offer_are_searched(self) -> None:
        offered = {"data": [{"phone_number": "+31850000007", "number_type": "national", "cost": {"credits": 10}}]}
        platform = Platform({"GET /v1/phone-numbers/available": offered})
        output = await perform(given(platform, "flireo", "g1"), "number.search", query="85", limit=5)
        assert output["numbers"][0]["number"] == "+31850000007"
        assert output["numbers"][0]["raw"]["cost"] == {"credits": 10}
        assert platform.seen[0].query == "limit=5&query=85"

    async def test_a_filter_it_does_not_know_is_refused(self) -> None:
        with pytest.raises(Unsupported, match="filters"):
            await perform(given(Platform({}), "flireo", "g1"), "number.search", filters="{}")

    @pytest.mark.parametrize("name", ["+31850000001", NUMBER])
    async def test_a_number_that_points_there_already_is_done_after_one_look(self, name: str) -> None:
        platform = first({f"GET {LINK}": HAS})
        output = await perform(given(platform, "flireo", "g1"), "number.link", number=name, agent=AGENT)
        assert output == {"id": NUMBER, "number": "+31850000001", "agent": AGENT, "changed": False}
        assert platform.said() == [f"GET {LINK}"]

    async def test_an_e164_number_is_resolved_and_linked(self) -> None:
        platform = first({f"GET {LINK}": NONE, f"POST {LINK}": LINKED})
        output = await perform(given(platform, "flireo", "g1"), "number.link", number="+31850000001", agent=AGENT)
        assert output == {"id": NUMBER, "number": "+31850000001", "agent": AGENT, "changed": True}
        assert platform.said() == [f"GET {LINK}", "GET /v1/phone-numbers", f"POST {LINK}"]
        assert platform.seen[2].body == {"phone_number_id": NUMBER}

    async def test_a_shared_number_can_be_linked_too(self) -> None:
        platform = first({f"GET {LINK}": NONE, f"POST {LINK}": LINKED})
        await perform(given(platform, "flireo", "g1"), "number.link", number="+31850000009", agent=AGENT)
        assert platform.seen[2].body == {"phone_number_id": "s1"}

    async def test_an_id_is_linked_without_a_list(self) -> None:
        platform = first({f"GET {LINK}": NONE, f"POST {LINK}": LINKED})
        await perform(given(platform, "flireo", "g1"), "number.link", number="n2", agent=AGENT)
        assert platform.said() == [f"GET {LINK}", f"POST {LINK}"]

    async def test_already_linked_is_done(self) -> None:
        body = {"error": {"code": "already_linked", "message": "It is.", "details": {}}}
        platform = first({f"GET {LINK}": NONE, f"POST {LINK}": refused(400, body)})
        output = await perform(given(platform, "flireo", "g1"), "number.link", number="+31850000001", agent=AGENT)
        assert (output["changed"], output["number"]) == (False, "+31850000001")

    async def test_a_number_another_agent_holds_is_a_conflict(self) -> None:
        body = {"error": {"code": "already_in_use", "message": "held", "details": {}}}
        platform = first({f"GET {LINK}": NONE, f"POST {LINK}": refused(400, body)})
        with pytest.raises(Conflict):
            await perform(given(platform, "flireo", "g1"), "number.link", number="n2", agent=AGENT)

    async def test_an_unknown_number_is_not_found(self) -> None:
        own = given(first({f"GET {LINK}": NONE}), "flireo", "g1")
        with pytest.raises(NotFound):
            await perform(own, "number.link", number="+31850000777", agent=AGENT)

    @pytest.mark.parametrize(
        "params", [{"number": "+31850000001"}, {"agent": AGENT}, {"number": NUMBER, "agent": AGENT}]
    )
    async def test_a_number_is_unlinked_by_itself_or_its_agent(self, params: dict[str, str]) -> None:
        platform = first({f"DELETE {LINK}": sample("flireo_assistant_phone_number_unlink")})
        output = await perform(given(platform, "flireo", "g1"), "number.unlink", **params)
        assert output == {"numbers": ["+31850000001"], "count": 1, "changed": True}
        assert platform.said()[-1] == f"DELETE {LINK}"

    @pytest.mark.parametrize("params", [{"number": "n2"}, {"number": NUMBER, "agent": "somebody-else"}])
    async def test_nothing_is_unlinked_where_nothing_is_linked(self, params: dict[str, str]) -> None:
        platform = first({})
        assert not (await perform(given(platform, "flireo", "g1"), "number.unlink", **params))["changed"]
        assert platform.said() == ["GET /v1/phone-numbers"]

    async def test_no_phone_number_is_done(self) -> None:
        body = {"error": {"code": "no_phone_number", "message": "None.", "details": {}}}
        platform = first({f"DELETE {LINK}": refused(400, body)})
        assert not (await perform(given(platform, "flireo", "g1"), "number.unlink", agent=AGENT))["changed"]

    async def test_there_is_no_default_host(self) -> None:
        own = given(Platform({}), "flireo", "g1", to=connection("flireo", base_url=""))
        with pytest.raises(Invalid, match=r"no api\.base_url, and Flireo has no default"):
            await perform(own, "number.list")

    @pytest.mark.parametrize(
        ("name", "params"),
        [
            ("agent.list", {}),
            ("agent.update", {"agent": AGENT, "set": {"name": "x"}}),
            ("number.update", {"number": NUMBER, "set": {"label": "x"}}),
            ("call.say", {"content": "Hello"}),
        ],
    )
    async def test_what_it_cannot_do_is_unsupported(self, name: str, params: dict[str, Any]) -> None:
        platform = Platform({})
        with pytest.raises(Unsupported, match=r"Flireo \(g1\) cannot"):
            await perform(given(platform, "flireo", "g1"), name, **params)
        assert platform.seen == []


NUMBERS = {
    "numbers": [
        {"id": "n1", "phone_number": "+31850000001", "agent_id": "a1", "agent_name": "Day", "is_active": True},
        {"id": "n2", "phone_number": "+31850000002", "agent_id": "a1", "is_active": False},
        {"id": "n3", "phone_number": "+31850000003", "agent_id": None},
    ]
}
CONTROL = "/calls/call-_%2B31600000001_AbC/control"


def one(agent: str | None, name: str = "n1") -> dict[str, Any]:
    return {"number": {"id": name, "phone_number": "+31850000001", "agent_id": agent}}


@pytest.mark.parametrize("generation", ["g2", "g3"])
class TestLater:
    async def test_numbers_are_listed(self, generation: str) -> None:
        output = await perform(given(Platform({"GET /numbers": NUMBERS}), "flireo", generation), "number.list")
        assert [(each["number"], each["agent"], each["active"]) for each in output["numbers"]] == [
            ("+31850000001", "a1", True),
            ("+31850000002", "a1", False),
            ("+31850000003", "", True),
        ]

    async def test_a_number_is_linked_by_e164(self, generation: str) -> None:
        platform = Platform({"GET /numbers": NUMBERS, "PATCH /numbers/n3": one("a2", "n3")})
        own = given(platform, "flireo", generation)
        output = await perform(own, "number.link", number="+31850000003", agent="a2")
        assert output == {"id": "n3", "number": "+31850000003", "agent": "a2", "changed": True}
        assert platform.seen[1].body == {"agent_id": "a2"}

    async def test_a_number_that_points_there_already_is_done(self, generation: str) -> None:
        platform = Platform({"GET /numbers/n1": one("a1")})
        output = await perform(given(platform, "flireo", generation), "number.link", number="n1", agent="a1")
        assert not output["changed"]
        assert platform.said() == ["GET /numbers/n1"]

    async def test_a_success_that_changed_nothing_is_noticed(self, generation: str) -> None:
        platform = Platform({"GET /numbers/n1": one("a1"), "PATCH /numbers/n1": one("a1")})
        with pytest.raises(Conflict):
            await perform(given(platform, "flireo", generation), "number.link", number="n1", agent="a2")

    async def test_an_answer_that_says_nothing_of_the_agent_is_believed(self, generation: str) -> None:
        platform = Platform({"GET /numbers/n1": one("a1"), "PATCH /numbers/n1": {"success": True}})
        output = await perform(given(platform, "flireo", generation), "number.link", number="n1", agent="a2")
        assert output["changed"]

    async def test_all_numbers_of_an_agent_are_unlinked(self, generation: str) -> None:
        platform = Platform(
            {"GET /numbers": NUMBERS, "PATCH /numbers/n1": one(None), "PATCH /numbers/n2": one(None, "n2")}
        )
        output = await perform(given(platform, "flireo", generation), "number.unlink", agent="a1")
        assert output == {"numbers": ["+31850000001", "+31850000002"], "count": 2, "changed": True}
        assert [seen.body for seen in platform.seen[1:]] == [{"agent_id": None}] * 2

    @pytest.mark.parametrize("params", [{"number": "+31850000003"}, {"number": "+31850000001", "agent": "other"}])
    async def test_only_what_is_linked_is_unlinked(self, generation: str, params: dict[str, str]) -> None:
        platform = Platform({"GET /numbers": NUMBERS})
        assert not (await perform(given(platform, "flireo", generation), "number.unlink", **params))["changed"]

    async def test_a_numbers_settings_are_changed(self, generation: str) -> None:
        platform = Platform({"GET /numbers": NUMBERS, "PATCH /numbers/n1": one("a1")})
        own = given(platform, "flireo", generation)
        await perform(own, "number.update", number="+31850000001", set={"is_active": False})
        assert platform.seen[1].body == {"is_active": False}

    async def test_agents_are_listed_shown_and_changed(self, generation: str) -> None:
        word = {"g2": "agent", "g3": "assistant"}[generation]
        agent = {"id": "a1", "name": "Day", "webhook_secret": "whsec_1", "llm_config": {"model": "m"}}
        platform = Platform(
            {
                f"GET /{word}s": {f"{word}s": [agent]},
                f"GET /{word}s/a1": {word: agent},
                f"PATCH /{word}s/a1": {word: agent | {"name": "Night"}},
            }
        )
        own = given(platform, "flireo", generation)
        listed = await perform(own, "agent.list")
        assert listed == {"agents": [{"id": "a1", "name": "Day", "raw": {}}], "count": 1, "complete": True}
        shown = await perform(own, "agent.get", agent="a1")
        assert shown["raw"]["llm_config"] == {"model": "m"}
        assert shown["raw"]["webhook_secret"] == "[redacted]"
        assert (await perform(own, "agent.update", agent="a1", set={"name": "Night"}))["name"] == "Night"

    async def test_commands_go_into_the_events_own_call(self, generation: str) -> None:
        platform = Platform({f"POST {CONTROL}": {"success": True, "message": "queued"}})
        own = given(platform, "flireo", generation)
        assert await perform(own, "call.say", content="Hello") == {"message": "queued"}
        await perform(own, "call.inject", content="Paid.", respond=True)
        await perform(own, "call.end", message="Bye.")
        await perform(own, "call.transfer", to="+31850000009")
        assert [seen.body["type"] for seen in platform.seen] == ["say", "inject-context", "end-call", "transfer"]

    async def test_at_most_ten_commands_a_minute_for_one_call(self, generation: str) -> None:
        limits = Limits(wait=12.0, only="flireo:control:")
        platform = Platform({})
        own = given(platform, "flireo", generation, limiter=limits)
        with pytest.raises(RateLimited) as caught:
            await perform(own, "call.say", content="Hello", call="call-9")
        assert limits.asked == [("flireo:control:call-9", 10, 60.0)]
        assert caught.value.retry_after == 12.0
        assert platform.seen == []

    async def test_the_keys_own_limit_counts_every_request(self, generation: str) -> None:
        limits = Limits()
        await perform(given(Platform({"GET /numbers": NUMBERS}), "flireo", generation, limiter=limits), "number.list")
        assert [limit for _, limit, _ in limits.asked] == [80]

    async def test_too_many_commands_hold_up_the_call_and_not_the_key(self, generation: str) -> None:
        limits = Limits()
        platform = Platform({f"POST {CONTROL}": refused(429, {"error": "Too Many Requests"}, {"Retry-After": "9"})})
        with pytest.raises(RateLimited):
            await perform(given(platform, "flireo", generation, limiter=limits), "call.say", content="Hello")
        assert limits.rests == {"flireo:control:call-_+31600000001_AbC": 9.0}

    async def test_searching_for_numbers_is_unsupported(self, generation: str) -> None:
        with pytest.raises(Unsupported):
            await perform(given(Platform({}), "flireo", generation), "number.search")


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@hypothesis_given(st.data())
async def test_no_answer_breaks_an_action(data: st.DataObject) -> None:
    platform = Platform(
        {
            "GET /v1/phone-numbers": data.draw(damaged(OWN)),
            f"GET {LINK}": data.draw(damaged(HAS)),
            f"POST {LINK}": data.draw(damaged(LINKED)),
            f"DELETE {LINK}": data.draw(damaged(sample("flireo_assistant_phone_number_unlink"))),
            "GET /numbers": data.draw(damaged(NUMBERS)),
            "PATCH /numbers/n1": data.draw(damaged(one("a1"))),
        }
    )
    for generation, name, params in (
        ("g1", "number.list", {}),
        ("g1", "number.link", {"number": "+31850000002", "agent": AGENT}),
        ("g1", "number.unlink", {"number": "+31850000001"}),
        ("g3", "number.list", {}),
        ("g3", "number.link", {"number": "+31850000001", "agent": "a2"}),
    ):
        try:
            await perform(given(platform, "flireo", generation), name, **params)
        except ApiError:
            continue
