from __future__ import annotations

from typing import Any

import httpx
import pytest

from console.sandbox.platforms.fluents import seed
from tests.console.sandbox.support import box, virtually

Step = tuple[str, str] | tuple[str, str, Any]
MAIN = "phone_number=%2B31850000001"
MAIN_ID = "id=0d3f9f0e-7a01-4c0e-9c55-000000000101"
PAGES = "sort_column=id&sort_desc=false&filters="
KEYS = [("phone_number", MAIN), ("id", MAIN_ID)]
CARRIER = f"telephony_provider=twilio&telephony_account_connection={seed.FLUENTS_CARRIER}"


def ask(*steps: Step, **changes: Any) -> list[httpx.Response]:
    async def story() -> list[httpx.Response]:
        async with box(**changes) as around:
            headers = {"Authorization": "Bearer fluents_sandbox"}
            return [
                await around.http.request(step[0], f"/fluents/v1{step[1]}", headers=headers, json=(*step, None)[2])
                for step in steps
            ]

    return virtually(story())


def test_listing_numbers() -> None:
    first, second = ask(
        ("GET", f"/numbers/list?page=1&size=2&{PAGES}"), ("GET", f"/numbers/list?page=2&size=2&{PAGES}")
    )
    assert [number["inbound_agent"] for number in first.json()["items"]] == [seed.FLUENTS_DAY_AGENT, None]
    assert {key: value for key, value in first.json().items() if key != "items"} == {
        "page": 1,
        "size": 2,
        "has_more": True,
        "total": 3,
        "total_is_estimated": False,
    }
    assert (len(second.json()["items"]), second.json()["has_more"]) == (1, False)


def test_a_number_comes_expanded_with_credentials() -> None:
    [number] = ask(("GET", f"/numbers?{MAIN}"))
    assert number.json()["inbound_agent"]["name"] == "Day desk"
    assert number.json()["telephony_account_connection"]["credentials"]["twilio_auth_token"] == "example-token"
    assert number.json()["inbound_agent"]["openai_account_connection"]["credentials"]


@pytest.mark.parametrize(("name", "key"), KEYS)
def test_updating_a_number(name: str, key: str) -> None:
    changes = {"inbound_agent": seed.FLUENTS_NIGHT_AGENT, "label": "Night line"}
    updated, read, cleared = ask(
        ("POST", f"/numbers/update?{key}", changes),
        ("GET", f"/numbers/list?page=1&size=10&{PAGES}"),
        ("POST", f"/numbers/update?{key}", {"inbound_agent": None}),
        fluents_number_key=name,
    )
    assert updated.status_code == 201
    assert (updated.json()["inbound_agent"], updated.json()["inbound_agent_name"]) == (
        seed.FLUENTS_NIGHT_AGENT,
        "Night desk",
    )
    assert read.json()["items"][0] == updated.json()
    assert (cleared.json()["inbound_agent"], cleared.json()["label"]) == (None, "Night line")


def test_available_numbers_in_both_forms() -> None:
    [newer] = ask(("GET", f"/numbers/available?{CARRIER}&limit=3&filters="))
    [older] = ask(("GET", f"/numbers/available?{CARRIER}"), fluents_form="older")
    assert set(newer.json()) == {"items", "total"}
    assert (len(newer.json()["items"]), newer.json()["total"], len(older.json()["items"])) == (3, 25, 10)
    new_agent, old_agent = (form.json()["items"][0]["inbound_agent"] for form in (newer, older))
    assert {"language", "ivr_navigation_mode"} <= set(old_agent) - set(new_agent)
    assert "post_call_prompt" in set(new_agent) - set(old_agent)
    assert "config" in new_agent["openai_account_connection"]
    assert "config" not in old_agent["openai_account_connection"]


@pytest.mark.parametrize(
    ("step", "status"),
    [
        (("GET", "/numbers?phone_number=%2B1"), 404),
        (("POST", "/numbers/update?phone_number=+31850000001", {"label": "a space, not a plus"}), 404),
        (("POST", f"/numbers/update?{MAIN}", {"inbound_agent": "none"}), 404),
        (("POST", f"/numbers/update?{MAIN}", {"number": "+1"}), 400),
        (("POST", f"/numbers/update?{MAIN}", {"label": 7}), 400),
        (("POST", f"/numbers/update?{MAIN}", []), 400),
        (("GET", f"/numbers/available?{CARRIER}"), 400),
        (("GET", "/numbers/available?limit=1&filters="), 400),
        (("GET", "/numbers/available?telephony_provider=x&telephony_account_connection=y&limit=1&filters="), 404),
        (("POST", f"/numbers/update?{MAIN_ID}", {"label": "the other key"}), 400),
        (("GET", f"/numbers/list?page=1&size=1000&{PAGES}"), 400),
        (("GET", "/numbers/list?page=1&size=10"), 400),
    ],
)
def test_refusals(step: Step, status: int) -> None:
    [refused] = ask(step)
    assert refused.status_code == status
    assert refused.json()["statusCode"] == status
    assert {"message", "error"} < set(refused.json())


def test_a_refused_update_changes_nothing() -> None:
    _, read = ask(
        ("POST", f"/numbers/update?{MAIN}", {"label": "New", "inbound_agent": "none"}),
        ("GET", f"/numbers/list?page=1&size=10&{PAGES}"),
    )
    assert read.json()["items"][0]["label"] == "Main line"


BUY = {
    "phone_number": "+31852000003",
    "telephony_provider": "twilio",
    "telephony_account_connection": seed.FLUENTS_CARRIER,
}


def test_buying_a_number() -> None:
    bought, listed, again = ask(
        ("POST", "/numbers/buy", BUY | {"inbound_agent": seed.FLUENTS_NIGHT_AGENT}),
        ("GET", f"/numbers/list?page=1&size=100&{PAGES}"),
        ("POST", "/numbers/buy", BUY),
    )
    assert (bought.status_code, bought.json()["inbound_agent_name"]) == (201, "Night desk")
    assert "+31852000003" in [number["number"] for number in listed.json()["items"]]
    assert again.status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"phone_number": "+31852000003"}, 400),
        (BUY | {"telephony_account_connection": "none"}, 404),
        (BUY | {"inbound_agent": "none"}, 404),
    ],
)
def test_a_number_that_cannot_be_bought(body: dict[str, Any], status: int) -> None:
    refused, listed = ask(("POST", "/numbers/buy", body), ("GET", f"/numbers/list?page=1&size=10&{PAGES}"))
    assert (refused.status_code, listed.json()["total"]) == (status, 3)


@pytest.mark.parametrize(("name", "key"), KEYS)
def test_cancelling_a_number(name: str, key: str) -> None:
    cancelled, read, again = ask(
        ("POST", f"/numbers/cancel?{key}"),
        ("GET", f"/numbers?{MAIN}"),
        ("POST", f"/numbers/cancel?{key}"),
        fluents_number_key=name,
    )
    assert (cancelled.status_code, cancelled.json()["active"]) == (201, False)
    assert (read.status_code, again.status_code) == (404, 404)


@pytest.mark.parametrize(("name", "key"), KEYS)
def test_a_number_that_is_detached_stays_with_its_carrier(name: str, key: str) -> None:
    back = {"phone_number": "+31850000001", "telephony_account_connection": seed.FLUENTS_CARRIER}
    detached, read, linked, again = ask(
        ("POST", f"/numbers/detach?{key}"),
        ("GET", f"/numbers?{MAIN}"),
        ("POST", "/numbers/link", back | {"outbound_only": True}),
        ("POST", "/numbers/link", back),
        fluents_number_key=name,
    )
    assert (detached.status_code, detached.json()["inbound_agent"]["name"]) == (201, "Day desk")
    assert read.status_code == 404
    assert (linked.status_code, linked.json()["outbound_only"], linked.json()["inbound_agent"]) == (201, True, None)
    assert again.status_code == 404


def test_the_ancestor_answers_200() -> None:
    [updated] = ask(("POST", f"/numbers/update?{MAIN}", {"label": "x"}), fluents_statuses="older")
    assert updated.status_code == 200
