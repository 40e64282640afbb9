from __future__ import annotations

from typing import Any

import httpx
import pytest

from console.sandbox import seed
from tests.console.sandbox.support import box, virtually

Step = tuple[str, str] | tuple[str, str, Any]
MAIN = f"/numbers/{seed.MAIN_NUMBER}"


def ask(*steps: Step, **changes: Any) -> list[httpx.Response]:
    async def story() -> list[httpx.Response]:
        async with box(**changes) as around:
            return [await around.flireo(step[0], step[1], json=(*step, None)[2]) for step in steps]

    return virtually(story())


def test_listing_numbers() -> None:
    whole, page = ask(("GET", "/numbers"), ("GET", "/numbers?limit=1&offset=2"))
    assert whole.json()["pagination"] == {"total": 4, "limit": 50, "offset": 0}
    assert [number["id"] for number in page.json()["numbers"]] == [seed.OVERFLOW_NUMBER]
    assert whole.json()["numbers"][0]["phone_number"] == "+31850000001"


def test_one_number() -> None:
    [number] = ask(("GET", MAIN))
    assert number.json()["number"]["agent_id"] == seed.DAY_DESK
    assert number.json()["number"]["agent_name"] == "Day desk"


@pytest.mark.parametrize("key", ["agent_id", "assistant_id"])
def test_a_number_is_given_to_another_assistant(key: str) -> None:
    patched, read = ask(("PATCH", MAIN, {key: seed.NIGHT_DESK}), ("GET", MAIN))
    assert patched.status_code == 200
    assert read.json()["number"]["agent_id"] == seed.NIGHT_DESK
    assert read.json() == patched.json()


def test_null_takes_it_away_and_silence_leaves_it() -> None:
    kept, gone = ask(("PATCH", MAIN, {"is_active": False}), ("PATCH", MAIN, {"assistant_id": None}))
    assert (kept.json()["number"]["agent_id"], kept.json()["number"]["is_active"]) == (seed.DAY_DESK, False)
    assert gone.json()["number"]["agent_id"] is None


@pytest.mark.parametrize(("plural", "singular"), [("assistants", "assistant"), ("agents", "agent")])
def test_assistants_by_either_name(plural: str, singular: str) -> None:
    path = f"/{plural}/{seed.DAY_DESK}"
    listed, read, patched = ask(("GET", f"/{plural}?limit=2"), ("GET", path), ("PATCH", path, {"first_message": "Hi."}))
    assert len(listed.json()[plural]) == 2
    assert listed.json()["pagination"]["total"] == 4
    assert read.json()[singular]["name"] == "Day desk"
    assert patched.json()[singular]["first_message"] == "Hi."
    assert patched.json()[singular]["name"] == "Day desk"


def test_a_patched_assistant_speaks_in_the_next_call() -> None:
    async def story() -> list[str]:
        async with box() as around:
            await around.flireo("PATCH", f"/assistants/{seed.DAY_DESK}", json={"first_message": "New words."})
            return (await around.call()).heard()

    assert virtually(story())[0] == "New words."


@pytest.mark.parametrize(
    ("step", "status"),
    [
        (("GET", "/numbers/none"), 404),
        (("GET", f"/numbers/{seed.FOREIGN_NUMBER}"), 404),
        (("PATCH", MAIN, {"assistant_id": "none"}), 404),
        (("PATCH", MAIN, {"number": "+1"}), 400),
        (("PATCH", MAIN, {"is_active": "yes"}), 400),
        (("PATCH", MAIN, ["no object"]), 400),
        (("GET", "/numbers?limit=0"), 400),
        (("GET", "/agents/none"), 404),
        (("PATCH", f"/assistants/{seed.DAY_DESK}", {"firstMessage": "wrong case"}), 400),
        (("PATCH", f"/assistants/{seed.DAY_DESK}", {"id": "mine"}), 400),
        (("PATCH", "/assistants/none", {"name": "x"}), 404),
    ],
)
def test_refusals(step: Step, status: int) -> None:
    [refused] = ask(step)
    assert refused.status_code == status
    assert set(refused.json()) == {"error", "message"}
    assert all(isinstance(value, str) for value in refused.json().values())


def test_the_other_error_shape() -> None:
    missing, unauthorized = ask(
        ("GET", "/numbers/none"), ("GET", "/numbers"), flireo_error_shape="object", flireo_key="x"
    )
    assert missing.status_code == 401
    assert unauthorized.json()["error"]["type"] == "authentication_error"
    [missing] = ask(("GET", "/numbers/none"), flireo_error_shape="object")
    assert missing.json() == {
        "error": {
            "code": "not_found",
            "message": "Number not found",
            "param": None,
            "type": "invalid_request_error",
        }
    }


def test_a_number_is_taken_out() -> None:
    gone, read, again = ask(("DELETE", MAIN), ("GET", MAIN), ("DELETE", MAIN))
    assert (gone.status_code, gone.content) == (204, b"")
    assert (read.status_code, again.status_code) == (404, 404)


@pytest.mark.parametrize("spelled", ["phone_number", "number"])
def test_a_number_is_brought_along(spelled: str) -> None:
    created, again, unknown, nothing = ask(
        ("POST", "/numbers", {spelled: "+31850000077", "agent_id": seed.NIGHT_DESK}),
        ("POST", "/numbers", {spelled: "+31850000077"}),
        ("POST", "/numbers", {spelled: "+31850000078", "agent_id": "nobody"}),
        ("POST", "/numbers", {}),
    )
    assert created.status_code == 201
    assert created.json()["number"]["phone_number"] == "+31850000077"
    assert created.json()["number"]["agent_id"] == seed.NIGHT_DESK
    assert [each.status_code for each in (again, unknown, nothing)] == [409, 404, 400]


@pytest.mark.parametrize(("plural", "singular"), [("assistants", "assistant"), ("agents", "agent")])
def test_assistants_come_and_go(plural: str, singular: str) -> None:
    created, nameless, own_id, deleted, again, number = ask(
        ("POST", f"/{plural}", {"name": "Sunday desk"}),
        ("POST", f"/{plural}", {"first_message": "Hi"}),
        ("POST", f"/{plural}", {"name": "x", "id": "mine"}),
        ("DELETE", f"/{plural}/{seed.DAY_DESK}"),
        ("DELETE", f"/{plural}/{seed.DAY_DESK}"),
        ("GET", MAIN),
    )
    assert (created.status_code, created.json()[singular]["name"]) == (201, "Sunday desk")
    assert [each.status_code for each in (nameless, own_id, deleted, again)] == [400, 400, 204, 404]
    assert number.json()["number"]["agent_id"] is None
