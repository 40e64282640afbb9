from __future__ import annotations

from typing import Any

import pytest

from tests.workers.actions.ports.spending import AFTER, BEFORE, an_order, in_doubt, orders, verify
from tests.workers.actions.support import Platform, given, perform
from tests.workers.clients.support import refused
from workers.actions import ACTIONS
from workers.clients.errors import Conflict, InDoubtError, Invalid, NotFound, Unsupported

ADDRESS = {
    "name": "Branch",
    "business_name": "Example BV",
    "first_name": "Ada",
    "last_name": "de Vries",
    "phone": "+31612340001",
    "street": "Keizersgracht",
    "house_number": "1",
    "postal_code": "1015 CJ",
    "city": "Amsterdam",
    "province": "Noord-Holland",
}
ORDER = "POST /v1/verification-groups/v1/order-number"
NUMBER = {"group": "v1", "number": "+31 85 100 0007"}


def groups(*items: dict[str, Any], total: int | None = None) -> dict[str, Any]:
    meta = {"total": len(items) if total is None else total}
    return {"GET /v1/verification-groups": {"data": list(items), "meta": meta}}


def a_group(**changes: Any) -> dict[str, Any]:
    return {"id": "v1", "name": "Branch", "status": "pending", "created_at": AFTER} | changes


async def test_a_group_is_asked_for_with_the_documented_names() -> None:
    platform = Platform({"POST /v1/verification-groups": {"data": {"requirement_group_id": "v1"}}})
    own = given(platform, "flireo", "g1")
    assert await perform(own, "flireo.verification_group.create", **ADDRESS) == {"id": "v1"}
    assert platform.seen[0].body == {
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
    await perform(own, "flireo.verification_group.create", **ADDRESS, description="The new one")
    assert platform.seen[1].body["description"] == "The new one"


@pytest.mark.parametrize(
    ("items", "found"),
    [
        ([a_group(), a_group(id="v0", created_at=BEFORE)], "v1"),
        ([a_group(name="Other")], None),
        ([], None),
    ],
)
async def test_whether_a_group_was_created_stands_in_the_list(items: list[dict[str, Any]], found: str | None) -> None:
    output = await verify(in_doubt(groups(*items), "flireo", "g1"), "flireo.verification_group.create", **ADDRESS)
    assert (output and output["id"]) == found


@pytest.mark.parametrize(
    ("routes", "error"),
    [
        (groups(a_group(created_at=None)), InDoubtError),
        (groups(a_group(), a_group(id="v2")), Conflict),
        ({"GET /v1/verification-groups": {"data": []}}, None),
    ],
)
async def test_where_the_list_leaves_it_open_nobody_decides(routes: dict[str, Any], error: Any) -> None:
    own = in_doubt(routes, "flireo", "g1")
    if error is None:
        assert await verify(own, "flireo.verification_group.create", **ADDRESS) is None
        return
    with pytest.raises(error):
        await verify(own, "flireo.verification_group.create", **ADDRESS)


async def test_groups_are_listed_and_shown() -> None:
    whole = a_group(documents=[{"id": "d1", "status": "approved"}], phone_numbers=[{"phone_number": "+31207000001"}])
    platform = Platform(groups(a_group()) | {"GET /v1/verification-groups/v1": {"data": whole}})
    own = given(platform, "flireo", "g1")
    listed = await perform(own, "flireo.verification_group.list", status="pending")
    assert (listed["count"], listed["groups"][0]["name"], listed["groups"][0]["documents"]) == (1, "Branch", [])
    assert platform.seen[0].query.startswith("status=pending&limit=")
    shown = await perform(own, "flireo.verification_group.get", group="v1")
    assert shown["documents"] == [{"id": "d1", "status": "approved"}]
    assert shown["numbers"] == [{"phone_number": "+31207000001"}]


async def test_numbers_of_a_group() -> None:
    route = "GET /v1/verification-groups/v1/available-phone-numbers"
    platform = Platform({route: {"data": [{"phone_number": "+31207000001", "number_type": "local"}]}})
    found = await perform(given(platform, "flireo", "g1"), "flireo.verification_group.numbers", group="v1")
    assert [each["number"] for each in found["numbers"]] == ["+31207000001"]


async def test_a_number_is_ordered_in_a_group() -> None:
    placed = {"order_id": "o1", "status": "pending", "verification_group": {"id": "v1"}}
    platform = Platform({ORDER: {"data": placed}})
    ordered = await perform(given(platform, "flireo", "g1"), "flireo.verification_group.order", **NUMBER)
    assert platform.seen[0].body == {"phone_number": "+31851000007"}
    assert (ordered["number"], ordered["order"], ordered["status"]) == ("+31851000007", "o1", "pending")


@pytest.mark.parametrize(
    ("status", "code", "error", "says"),
    [
        (400, "invalid_status", Invalid, "not approved, so nothing was ordered"),
        (402, "insufficient_credits", Invalid, "insufficient_credits"),
        (404, "not_found", NotFound, "not_found"),
        (500, "provider_error", InDoubtError, "provider_error"),
    ],
)
async def test_refusals_of_an_order(status: int, code: str, error: Any, says: str) -> None:
    no = refused(status, {"error": {"code": code, "message": "No.", "details": {}}})
    with pytest.raises(error, match=says):
        await perform(given(Platform({ORDER: no}), "flireo", "g1"), "flireo.verification_group.order", **NUMBER)


@pytest.mark.parametrize(
    ("items", "order"),
    [([an_order()], "o1"), ([an_order(ordered_at=BEFORE)], None), ([an_order(phone_number="x")], None)],
)
async def test_whether_it_was_ordered_stands_in_the_orders(items: list[dict[str, Any]], order: str | None) -> None:
    own = in_doubt(orders(*items), "flireo", "g1")
    found = await verify(own, "flireo.verification_group.order", **NUMBER)
    assert (found and found["order"]) == order


def test_an_order_counts_against_the_ceiling_and_is_never_repeated_blindly() -> None:
    action = ACTIONS["flireo.verification_group.order"]
    assert (action.costs, action.in_doubt) == ("numbers-bought", "verify")


@pytest.mark.parametrize(("provider", "generation"), [("flireo", "g3"), ("vapi", "")])
async def test_nobody_else_can_do_it(provider: str, generation: str) -> None:
    with pytest.raises(Unsupported, match="cannot do this"):
        await perform(given(Platform({}), provider, generation), "flireo.verification_group.list")
