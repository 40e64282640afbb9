from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from console.sandbox import seed
from tests.console.sandbox.support import box, virtually

Step = tuple[str, str] | tuple[str, str, Any]
DAY, NIGHT = (f"/assistants/{each}/phone-number" for each in (seed.DAY_DESK, seed.NIGHT_DESK))


def ask(*steps: Step) -> list[httpx.Response]:
    async def story() -> list[httpx.Response]:
        async with box() as around:
            headers = {"Authorization": "Bearer fl_live_sandbox_g1"}
            return [
                await around.http.request(step[0], f"/flireo/v1{step[1]}", headers=headers, json=(*step, None)[2])
                for step in steps
            ]

    return virtually(story())


def link(number_id: Any) -> dict[str, Any]:
    return {"phone_number_id": number_id}


def test_reading_a_link() -> None:
    linked, none = ask(("GET", DAY), ("GET", NIGHT))
    assert linked.json() == {
        "data": {
            "assistant_id": seed.DAY_DESK,
            "assistant_name": "Day desk",
            "phone_number": {
                "id": seed.MAIN_NUMBER,
                "number": "+31850000001",
                "type": "local",
                "locality": "Amsterdam",
                "origin": "custom",
            },
        }
    }
    assert none.json()["data"]["phone_number"] is None


def test_linking() -> None:
    linked, read = ask(("POST", DAY, link(seed.FREE_NUMBER)), ("GET", DAY))
    assert linked.status_code == 200
    assert linked.json() == {
        "message": "Phone number linked successfully",
        "data": {
            "assistant_id": seed.DAY_DESK,
            "phone_number": {"id": seed.FREE_NUMBER, "number": "+31850000002", "type": "local", "locality": "Utrecht"},
            "previous_phone_number_id": seed.MAIN_NUMBER,
            "released_assistants": 0,
        },
    }
    assert read.json()["data"]["phone_number"]["id"] == seed.FREE_NUMBER


def test_a_shared_number_counts_whom_it_releases() -> None:
    [linked] = ask(("POST", NIGHT, link(seed.SHARED_NUMBER)))
    assert linked.json()["data"]["released_assistants"] == 1


def test_unlinking() -> None:
    [unlinked] = ask(("DELETE", DAY))
    assert unlinked.json() == {
        "message": "Phone number unlinked successfully",
        "data": {
            "assistant_id": seed.DAY_DESK,
            "unlinked_phone_number": {"id": seed.MAIN_NUMBER, "number": "+31850000001"},
        },
    }


NOWHERE = "/assistants/none/phone-number"


@pytest.mark.parametrize(
    ("step", "status", "code"),
    [
        (("POST", DAY, link("12")), 400, "invalid_parameters"),
        (("POST", DAY, link(None)), 400, "invalid_parameters"),
        (("POST", DAY, link(7)), 400, "invalid_parameters"),
        (("POST", DAY, []), 400, "invalid_parameters"),
        (("POST", DAY, link(seed.MAIN_NUMBER)), 400, "already_linked"),
        (("POST", DAY, link(seed.OVERFLOW_NUMBER)), 400, "already_in_use"),
        (("POST", DAY, link(seed.FOREIGN_NUMBER)), 403, "forbidden"),
        (("POST", DAY, link("0d3f9f0e-7a01-4c0e-9c55-0000000000ee")), 404, "not_found"),
        (("POST", NOWHERE, link(seed.FREE_NUMBER)), 404, "not_found"),
        (("GET", NOWHERE), 404, "not_found"),
        (("DELETE", NOWHERE), 404, "not_found"),
        (("DELETE", NIGHT), 400, "no_phone_number"),
        (("GET", "/phone-numbers?limit=101"), 400, "invalid_parameters"),
        (("GET", "/phone-numbers/available?number_type=local"), 400, "invalid_parameters"),
        (("GET", "/phone-numbers/available?limit=51"), 400, "invalid_parameters"),
    ],
)
def test_refusals(step: Step, status: int, code: str) -> None:
    [refused] = ask(step)
    error = refused.json()["error"]
    assert (refused.status_code, error["code"], error["details"]) == (status, code, {})
    assert error["message"]


def test_listing_numbers() -> None:
    whole, page = ask(("GET", "/phone-numbers"), ("GET", "/phone-numbers?limit=2&offset=1&include_default=true"))
    assert whole.json()["meta"] == {"total": 4, "limit": 50, "offset": 0}
    assert whole.json()["shared_numbers"] == []
    assert "+31850000008" not in str(whole.json())
    first, second = whole.json()["data"][:2]
    assert (first["linked_assistant"], first["available"]) == ({"id": seed.DAY_DESK, "name": "Day desk"}, False)
    assert (second["linked_assistant"], second["available"]) == (None, True)
    assert [each["id"] for each in page.json()["data"]] == [seed.FREE_NUMBER, seed.OVERFLOW_NUMBER]
    assert [each["id"] for each in page.json()["shared_numbers"]] == [seed.SHARED_NUMBER, seed.SECOND_SHARED_NUMBER]


@pytest.mark.parametrize(
    ("query", "total", "shown", "fits"),
    [
        ("", 30, 20, lambda number: number["number_type"] == "national"),
        ("?number_type=mobile&limit=3", 10, 3, lambda number: number["number_type"] == "mobile"),
        ("?query=0007", 1, 1, lambda number: number["phone_number"].endswith("0007")),
    ],
)
def test_available_numbers(query: str, total: int, shown: int, fits: Callable[[Any], bool]) -> None:
    [available] = ask(("GET", f"/phone-numbers/available{query}"))
    assert available.json()["meta"]["total_results"] == total
    assert len(available.json()["data"]) == shown
    assert all(fits(number) for number in available.json()["data"])
    assert available.json()["data"][0]["cost"] == {"monthly": "2.00", "currency": "EUR", "credits": 10}


ORDER = {"phone_number": "+31851000003", "number_type": "national"}


def test_ordering_a_number() -> None:
    placed, listed, owned, offered = ask(
        ("POST", "/phone-numbers", ORDER),
        ("GET", "/phone-number-orders"),
        ("GET", "/phone-numbers"),
        ("GET", "/phone-numbers/available?query=1000003"),
    )
    data = placed.json()["data"]
    assert (data["phone_number"], data["status"], data["credits_used"], data["remaining_credits"]) == (
        "+31851000003",
        "success",
        10,
        90,
    )
    [order] = listed.json()["data"]
    assert (order["id"], order["phone_number"], order["status"]) == (data["order_id"], "+31851000003", "success")
    assert "+31851000003" in {each["phone_number"] for each in owned.json()["data"]}
    assert offered.json()["data"] == []


def test_an_order_that_waits_for_proof() -> None:
    local = {"phone_number": "+31207000001", "number_type": "local"}
    refused, placed, pending, done = ask(
        ("POST", "/phone-numbers", local),
        ("POST", "/phone-numbers", local | {"verification_group_id": "group_1"}),
        ("GET", "/phone-number-orders?status=pending"),
        ("GET", "/phone-number-orders?status=success"),
    )
    assert (refused.status_code, refused.json()["error"]["code"]) == (400, "invalid_parameters")
    assert placed.json()["data"]["status"] == "pending"
    assert (len(pending.json()["data"]), done.json()["meta"]["total"]) == (1, 0)


def test_one_order() -> None:
    async def story() -> list[int]:
        async with box() as around:
            headers = {"Authorization": "Bearer fl_live_sandbox_g1"}
            placed = await around.http.post("/flireo/v1/phone-numbers", json=ORDER, headers=headers)
            order = placed.json()["data"]["order_id"]
            path = "/flireo/v1/phone-number-orders/"
            return [(await around.http.get(path + each, headers=headers)).status_code for each in (order, "none")]

    assert virtually(story()) == [200, 404]


def test_credits_come_to_an_end() -> None:
    *placed, last = ask(*(("POST", "/phone-numbers", {"phone_number": f"+318510000{n:02d}"}) for n in range(11)))
    assert [each.status_code for each in placed] == [200] * 10
    assert (last.status_code, last.json()["error"]["code"]) == (402, "insufficient_credits")


def test_a_number_is_ordered_once() -> None:
    first, again = ask(("POST", "/phone-numbers", ORDER), ("POST", "/phone-numbers", ORDER))
    assert (first.status_code, again.status_code, again.json()["error"]["code"]) == (200, 404, "not_found")
