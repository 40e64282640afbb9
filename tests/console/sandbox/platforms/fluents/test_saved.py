from __future__ import annotations

import base64
from typing import Any

import pytest

from console.sandbox.platforms.fluents import seed
from console.sandbox.platforms.fluents.saved import KINDS
from tests.console.sandbox.support import Box, in_box

PAGES = "page=1&size=10&sort_column=id&sort_desc=false&filters="
NEW_AGENT = {"name": "Third desk", "prompt": seed.FLUENTS_PROMPT, "voice": seed.FLUENTS_VOICE, "actions": []}


async def ask(around: Box, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    headers = {"Authorization": "Bearer fluents_sandbox"}
    response = await around.http.request(method, f"/fluents/v1{path}", headers=headers, json=body)
    return response.status_code, response.json()


def answered(method: str, path: str, body: Any = None) -> tuple[int, Any]:
    """One request to a fresh sandbox."""

    async def story(around: Box) -> tuple[int, Any]:
        return await ask(around, method, path, body)

    return in_box(story)


@pytest.mark.parametrize("kind", KINDS, ids=lambda each: each.path)
def test_what_is_saved_is_shown_and_listed(kind: Any) -> None:
    async def story(around: Box) -> None:
        first = around.sandbox.world.fluents.kept(kind.kept)[0]["id"]
        _, listed = await ask(around, "GET", f"/{kind.path}/list?{PAGES}")
        status, shown = await ask(around, "GET", f"/{kind.path}?id={first}")
        assert (status, shown) == (200, listed["items"][0])

    in_box(story)


def test_agents_come_expanded_with_live_credentials() -> None:
    _, agent = answered("GET", f"/agents?id={seed.FLUENTS_DAY_AGENT}")
    assert agent["name"] == "Day desk"
    assert agent["actions"][0]["config"]["signature_secret"]
    assert agent["openai_account_connection"]["credentials"]["twilio_auth_token"]
    assert agent["voice"]["api_key"]


def test_an_agent_is_made_changed_and_removed() -> None:
    async def story(around: Box) -> None:
        status, made = await ask(around, "POST", "/agents/create", NEW_AGENT)
        assert (status, made["prompt"]["id"], made["webhook"]) == (201, seed.FLUENTS_PROMPT, None)
        change = {"webhook": seed.FLUENTS_WEBHOOK, "prompt": {"content": "Be brief."}}
        _, changed = await ask(around, "POST", f"/agents/update?id={made['id']}", change)
        assert changed["webhook"]["id"] == seed.FLUENTS_WEBHOOK
        assert (changed["prompt"]["content"], changed["prompt"]["id"] == seed.FLUENTS_PROMPT) == ("Be brief.", False)
        assert (await ask(around, "DELETE", f"/agents/delete?id={made['id']}"))[0] == 200
        assert (await ask(around, "GET", f"/agents?id={made['id']}"))[0] == 404

    in_box(story)


def test_an_external_action_gets_a_secret() -> None:
    status, made = answered("POST", "/actions/create", {"type": "action_external", "config": {"name": "x"}})
    assert (status, len(base64.b64decode(made["config"]["signature_secret"]))) == (201, 32)
    _, other = answered("POST", "/actions/create", {"type": "action_dtmf", "config": {}})
    assert other["config"] == {}


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("/agents/create", NEW_AGENT | {"prompt": "none"}, 404),
        ("/agents/create", NEW_AGENT | {"actions": ["none"]}, 404),
        ("/agents/create", NEW_AGENT | {"prompt": {"label": "without text"}}, 400),
        ("/agents/create", NEW_AGENT | {"user_id": "u"}, 400),
        ("/agents/create", {"name": "x"}, 400),
        (f"/agents/update?id={seed.FLUENTS_DAY_AGENT}", {"name": 7}, 400),
        (f"/voices/update?id={seed.FLUENTS_VOICE}", {"id": "other"}, 400),
        ("/webhooks/create", {"url": "https://x.example"}, 400),
    ],
)
def test_refusals(path: str, body: Any, status: int) -> None:
    assert answered("POST", path, body)[0] == status


def test_an_agent_that_was_read_is_not_taken_back() -> None:
    async def story(around: Box) -> int:
        _, agent = await ask(around, "GET", f"/agents?id={seed.FLUENTS_DAY_AGENT}")
        return (await ask(around, "POST", f"/agents/update?id={agent['id']}", agent))[0]

    assert in_box(story) == 400


def test_a_steering_pool() -> None:
    async def story(around: Box) -> list[str]:
        query = f"id={seed.FLUENTS_CARRIER}"
        for number in ("+31850000002", "+31850000002"):
            await ask(around, "POST", f"/account_connections/add_to_steering_pool?{query}", {"phone_number": number})
        await ask(
            around,
            "POST",
            f"/account_connections/remove_from_steering_pool?{query}",
            {"phone_number": "+31850000001"},
        )
        pool: list[str] = (await ask(around, "GET", f"/account_connections?{query}"))[1]["steering_pool"]
        return pool

    assert in_box(story) == ["+31850000002"]


def test_the_minutes_of_the_month() -> None:
    assert answered("GET", "/usage")[1]["monthly_usage_minutes"] == 12.5
