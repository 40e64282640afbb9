from __future__ import annotations

from typing import Any

import pytest

from console.sandbox import seed
from tests.console.sandbox.platforms.flireo.test_first import Step, ask

GROUPS = "/verification-groups"
APPROVED, WAITING = (f"{GROUPS}/{each}" for each in (seed.APPROVED_GROUP, seed.WAITING_GROUP))
LOCAL = {"phone_number": "+31207000001"}
NEW = {
    "phone_number_type": "local",
    "name": "Branch",
    "business_name": "Example BV",
    "contact_person_first_name": "Ada",
    "contact_person_last_name": "de Vries",
    "contact_person_phone": "+31612340001",
    "street_name": "Keizersgracht",
    "house_number": "1",
    "postal_code": "1015 CJ",
    "city": "Amsterdam",
    "province": "Noord-Holland",
}


def test_a_new_group_is_pending() -> None:
    created, listed = ask(("POST", GROUPS, NEW), ("GET", f"{GROUPS}?status=pending"))
    group_id = created.json()["data"]["requirement_group_id"]
    found = {each["id"]: each for each in listed.json()["data"]}
    assert found[group_id] | {"created_at": ""} == {
        "id": group_id,
        "name": "Branch",
        "phone_number_type": "local",
        "status": "pending",
        "locality": "Amsterdam",
        "business_name": "Example BV",
        "created_at": "",
    }


def test_groups_are_paged() -> None:
    whole, page = ask(("GET", GROUPS), ("GET", f"{GROUPS}?limit=1&offset=1&phone_number_type=local"))
    assert whole.json()["meta"] == {"total": 2, "limit": 20, "offset": 0}
    assert [each["id"] for each in page.json()["data"]] == [seed.WAITING_GROUP]


def test_a_number_is_ordered_in_an_approved_group() -> None:
    offered, placed, shown, orders = ask(
        ("GET", f"{APPROVED}/available-phone-numbers"),
        ("POST", f"{APPROVED}/order-number", LOCAL),
        ("GET", APPROVED),
        ("GET", f"/phone-number-orders?verification_group_id={seed.APPROVED_GROUP}&number_type=local"),
    )
    assert [each["phone_number"] for each in offered.json()["data"]] == ["+31207000001"]
    data = placed.json()["data"]
    assert data["verification_group"] == {"id": seed.APPROVED_GROUP, "name": "Main office"}
    assert data["remaining_credits"] == 90
    assert [each["phone_number"] for each in shown.json()["data"]["phone_numbers"]] == ["+31207000001"]
    assert [each["id"] for each in orders.json()["data"]] == [data["order_id"]]


def test_orders_of_other_groups_are_not_listed() -> None:
    _, orders = ask(
        ("POST", f"{APPROVED}/order-number", LOCAL),
        ("GET", f"/phone-number-orders?verification_group_id={seed.WAITING_GROUP}"),
    )
    assert orders.json()["data"] == []


@pytest.mark.parametrize(
    ("step", "status", "code"),
    [
        (("POST", GROUPS, {key: value for key, value in NEW.items() if key != "province"}), 400, "invalid_parameters"),
        (("POST", GROUPS, NEW | {"phone": "x"}), 400, "invalid_parameters"),
        (("GET", f"{GROUPS}?limit=101"), 400, "invalid_parameters"),
        (("GET", f"{GROUPS}/nobody"), 404, "not_found"),
        (("GET", f"{GROUPS}/nobody/available-phone-numbers"), 404, "not_found"),
        (("POST", f"{GROUPS}/nobody/order-number", LOCAL), 404, "not_found"),
        (("POST", f"{WAITING}/order-number", LOCAL), 400, "invalid_status"),
        (("POST", f"{APPROVED}/order-number", {"phone_number": "+31850000000"}), 404, "not_found"),
    ],
)
def test_refusals(step: Step, status: int, code: str) -> None:
    [refused] = ask(step)
    assert (refused.status_code, refused.json()["error"]["code"]) == (status, code)


def test_credits_run_out() -> None:
    steps: list[Any] = [("POST", "/phone-numbers", {"phone_number": f"+318510000{place:02d}"}) for place in range(10)]
    *_, refused = ask(*steps, ("POST", f"{APPROVED}/order-number", LOCAL))
    assert (refused.status_code, refused.json()["error"]["code"]) == (402, "insufficient_credits")
