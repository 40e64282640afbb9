"""Vapi's numbers and assistants, as our client uses them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from console.sandbox.seed import VAPI_DAY_DESK, VAPI_MAIN_NUMBER, VAPI_NIGHT_DESK, VAPI_NIGHT_NUMBER
from tests.console.sandbox.support import Box, in_box

KEY = {"Authorization": "Bearer vapi_sandbox"}


def ask(method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> httpx.Response:
    async def story(around: Box) -> httpx.Response:
        return await around.http.request(method, f"/vapi{path}", headers=KEY if headers is None else headers, **more)

    return in_box(story)


def test_lists_are_bare_arrays() -> None:
    numbers = ask("GET", "/phone-number").json()
    assert {each["id"]: each.get("assistantId") for each in numbers} == {
        VAPI_MAIN_NUMBER: None,
        VAPI_NIGHT_NUMBER: VAPI_NIGHT_DESK,
    }
    assert {each["name"] for each in ask("GET", "/assistant").json()} == {"Day desk", "Night desk"}
    assert len(ask("GET", "/assistant", params={"limit": 1}).json()) == 1
    assert ask("GET", "/assistant", params={"createdAtGt": "2026-12-31T00:00:00Z"}).json() == []
    assert len(ask("GET", "/assistant", params={"createdAtLe": "2026-12-31T00:00:00+00:00"}).json()) == 2


@pytest.mark.parametrize("query", [{"limit": "1001"}, {"limit": "x"}, {"createdAtGt": "soon"}])
def test_a_wrong_filter_is_refused(query: dict[str, str]) -> None:
    refused = ask("GET", "/phone-number", params=query)
    assert (refused.status_code, refused.json()["statusCode"]) == (400, 400)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer wrong"}])
def test_a_key_is_needed(headers: dict[str, str]) -> None:
    assert ask("GET", "/phone-number", headers).status_code == 401


def test_a_number_is_linked_unlinked_and_given_back() -> None:
    async def story(around: Box) -> list[Any]:
        async def patch(agent: str | None) -> Any:
            path = f"/vapi/phone-number/{VAPI_MAIN_NUMBER}"
            return (await around.http.patch(path, headers=KEY, json={"assistantId": agent})).json()

        linked, freed = await patch(VAPI_DAY_DESK), await patch(None)
        wrong = await patch("nobody")
        gone = await around.http.delete(f"/vapi/phone-number/{VAPI_MAIN_NUMBER}", headers=KEY)
        again = await around.http.get(f"/vapi/phone-number/{VAPI_MAIN_NUMBER}", headers=KEY)
        return [
            linked["assistantId"],
            freed.get("assistantId"),
            wrong["statusCode"],
            gone.status_code,
            again.status_code,
        ]

    assert in_box(story) == [VAPI_DAY_DESK, None, 400, 200, 404]


def test_numbers_are_found_in_pages() -> None:
    both = ask("GET", "/v2/phone-number", params={"search": "+3185", "limit": 1}).json()
    assert (len(both["results"]), both["metadata"]["totalItems"]) == (1, 2)
    second = ask("GET", "/v2/phone-number", params={"search": "+3185", "limit": 1, "page": 2}).json()
    assert second["results"][0]["id"] != both["results"][0]["id"]
    assert ask("GET", "/v2/phone-number", params={"search": "nobody"}).json()["results"] == []
    assert ask("GET", "/v2/phone-number", params={"page": 0}).status_code == 400


def test_a_number_is_of_the_platforms_choosing() -> None:
    made = ask("POST", "/phone-number", json={"provider": "vapi", "numberDesiredAreaCode": "415"})
    assert (made.status_code, made.json()["number"][:5]) == (201, "+1415")


def test_an_assistant_is_changed_member_by_member() -> None:
    changed = ask(
        "PATCH", f"/assistant/{VAPI_DAY_DESK}", json={"model": {"provider": "x"}, "firstMessage": "Hi"}
    ).json()
    assert (changed["firstMessage"], changed["model"], changed["name"]) == ("Hi", {"provider": "x"}, "Day desk")
    assert ask("GET", f"/assistant/{VAPI_DAY_DESK}").json()["name"] == "Day desk"
    assert ask("PATCH", f"/assistant/{VAPI_DAY_DESK}", json={"name": 3}).status_code == 400


def test_an_assistant_comes_and_goes() -> None:
    async def story(around: Box) -> list[Any]:
        made = await around.http.post("/vapi/assistant", headers=KEY, json={"name": "Sunday"})
        path = f"/vapi/assistant/{made.json()['id']}"
        gone = await around.http.delete(path, headers=KEY)
        again = await around.http.delete(path, headers=KEY)
        used = await around.http.delete(f"/vapi/assistant/{VAPI_NIGHT_DESK}", headers=KEY)
        return [made.status_code, made.json()["name"], gone.status_code, again.status_code, used.status_code]

    assert in_box(story) == [201, "Sunday", 200, 404, 409]
