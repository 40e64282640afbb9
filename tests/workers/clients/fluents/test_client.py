from __future__ import annotations

from typing import Any

import pytest

from tests.workers.clients.support import KEY, Platform, refused, sample, session
from workers.clients.errors import Invalid
from workers.clients.fluents.client import Fluents


@pytest.mark.parametrize("base", ["https://api.test", "https://api.test/", "https://api.test/v1"])
async def test_every_path_lies_below_the_version(base: str) -> None:
    platform = Platform({"GET /v1/usage": {"plan_type": "p", "monthly_usage_minutes": 3}})
    usage = await Fluents(session(platform, base)).usage()
    assert (usage.plan_type, usage.monthly_usage_minutes) == ("p", 3)
    assert platform.seen[0].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    "body",
    [
        {"message": "label is too long", "error": "Bad Request", "statusCode": 400},
        {"message": ["label is too long", "other"], "error": "Bad Request", "statusCode": 400},
        {"detail": [{"loc": ["body", "label"], "msg": "label is too long", "type": "value_error"}]},
    ],
)
async def test_all_three_error_bodies_are_read(body: Any) -> None:
    with pytest.raises(Invalid, match="label is too long"):
        await Fluents(session(Platform({"GET /v1/agents": refused(400, body)}))).agents.get("a1")


async def test_agents_are_read_and_changed_by_query() -> None:
    agent = sample("fluents_numbers_available_v2")["items"][0]["inbound_agent"]
    platform = Platform({"GET /v1/agents": agent, "POST /v1/agents/update": refused(201, agent)})
    client = Fluents(session(platform))
    assert (await client.agents.get("a+1")).name == "Day desk"
    await client.agents.update("a+1", {"language": "nl"})
    assert [seen.query for seen in platform.seen] == ["id=a%2B1", "id=a%2B1"]
    assert platform.seen[1].body == {"language": "nl"}
