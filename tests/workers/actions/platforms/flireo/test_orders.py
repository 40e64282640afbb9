from __future__ import annotations

from tests.workers.actions.support import Platform, given, perform

ORDER = {
    "id": "o1",
    "phone_number": "+31207000001",
    "status": "pending",
    "number_type": "local",
    "ordered_at": "2026-02-03T04:05:06Z",
    "verification_group": {"id": "g1", "name": "Branch"},
}


async def test_orders_are_listed_by_what_is_chosen() -> None:
    platform = Platform({"GET /v1/phone-number-orders": {"data": [ORDER], "meta": {"total": 1}}})
    own = given(platform, "flireo", "g1")
    listed = await perform(own, "flireo.order.list", status="pending", verification_group="g1", type="local")
    assert (listed["count"], listed["complete"]) == (1, True)
    assert listed["orders"][0] | {"raw": {}} == {
        "id": "o1",
        "number": "+31207000001",
        "status": "pending",
        "type": "local",
        "ordered_at": "2026-02-03T04:05:06Z",
        "verification_group": "g1",
        "raw": {},
    }
    assert platform.seen[0].query.startswith("status=pending&verification_group_id=g1&number_type=local&")


async def test_one_order_without_a_group() -> None:
    platform = Platform({"GET /v1/phone-number-orders/o1": {"data": ORDER | {"verification_group": None}}})
    shown = await perform(given(platform, "flireo", "g1"), "flireo.order.get", order="o1")
    assert (shown["id"], shown["verification_group"]) == ("o1", "")
