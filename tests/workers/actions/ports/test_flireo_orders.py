"""Flireo, generation one: numbers are ordered, and the orders tell whether one was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.workers.actions.ports.spending import BEFORE, BUY, NUMBER, TRIED, an_order, in_doubt, orders, verify
from tests.workers.actions.support import Platform, given, perform
from tests.workers.clients.support import Seen, refused
from workers.clients.errors import ApiError, Conflict, InDoubtError, Invalid, NotFound, Unavailable, Unsupported


async def test_an_order_is_placed_with_what_was_chosen() -> None:
    placed = {
        "order_id": "o1",
        "phone_number": NUMBER,
        "status": "pending",
        "credits_used": 10,
        "remaining_credits": 90,
    }
    platform = Platform({"POST /v1/phone-numbers": {"message": "ok", "data": placed}})
    own = given(platform, "flireo", "g1")
    output = await perform(own, "number.buy", number="+31 85 100 0007", type="local", verification_group="v1")
    assert platform.seen[0].body == {"phone_number": NUMBER, "number_type": "local", "verification_group_id": "v1"}
    assert (output["number"], output["order"], output["status"]) == (NUMBER, "o1", "pending")
    await perform(own, "number.buy", **BUY)
    assert platform.seen[1].body == {"phone_number": NUMBER}


async def test_an_order_without_credits_is_refused_for_good() -> None:
    no = refused(402, {"error": {"code": "insufficient_credits", "message": "Not enough credits", "details": {}}})
    with pytest.raises(Invalid, match="insufficient_credits") as caught:
        await perform(given(Platform({"POST /v1/phone-numbers": no}), "flireo", "g1"), "number.buy", **BUY)
    assert not caught.value.retryable


@pytest.mark.parametrize("status", [500, 502])
async def test_an_order_that_broke_is_in_doubt(status: int) -> None:
    broken = refused(status, {"error": {"code": "provider_error", "message": "x", "details": {}}})
    with pytest.raises(InDoubtError):
        await perform(given(Platform({"POST /v1/phone-numbers": broken}), "flireo", "g1"), "number.buy", **BUY)


async def test_an_order_that_failed_at_once_is_no_number() -> None:
    failed = {"POST /v1/phone-numbers": {"data": {"order_id": "o1", "status": "failed"}}}
    with pytest.raises(Conflict, match="the order failed"):
        await perform(given(Platform(failed), "flireo", "g1"), "number.buy", **BUY)


async def test_an_order_refuses_what_it_has_no_use_for() -> None:
    with pytest.raises(Unsupported, match=r"Flireo \(g1\) cannot order a number with agent"):
        await perform(given(Platform({}), "flireo", "g1"), "number.buy", agent="a1", **BUY)


@pytest.mark.parametrize(
    ("items", "order"),
    [
        ([an_order()], "o1"),
        ([an_order(id="o0", ordered_at=BEFORE), an_order(id="o2")], "o2"),
        ([an_order(ordered_at=(TRIED - timedelta(seconds=60)).isoformat())], "o1"),
        ([an_order(phone_number="+31851000008")], None),
        ([an_order(ordered_at=BEFORE)], None),
        ([], None),
    ],
)
async def test_whether_an_order_was_placed_stands_in_the_orders(items: list[dict[str, Any]], order: str | None) -> None:
    found = await verify(in_doubt(orders(*items), "flireo", "g1"), "number.buy", **BUY)
    assert (found and found["order"]) == order


@pytest.mark.parametrize(
    ("routes", "error"),
    [
        (orders(an_order(ordered_at=None)), InDoubtError),
        (orders(an_order(), an_order(id="o2")), Conflict),
        (orders(an_order(status="failed")), Conflict),
        (orders(an_order(phone_number="+31851000008"), total=999_999), InDoubtError),
        ({"GET /v1/phone-number-orders": {}}, Unavailable),
        ({"GET /v1/phone-number-orders": {"orders": []}}, Unavailable),
        ({}, NotFound),
    ],
)
async def test_when_the_orders_cannot_tell(routes: dict[str, Any], error: type[ApiError]) -> None:
    with pytest.raises(error):
        await verify(in_doubt(routes, "flireo", "g1"), "number.buy", **BUY)


async def test_orders_are_read_to_the_end_also_when_nobody_says_how_many_there_are() -> None:
    def page(seen: Seen) -> dict[str, Any]:
        offset = int(seen.query.rpartition("offset=")[2])
        return {
            "data": [an_order()] if offset == 30 else [an_order(phone_number="+31851000008")] * min(30, 31 - offset)
        }

    found = await verify(in_doubt({"GET /v1/phone-number-orders": page}, "flireo", "g1"), "number.buy", **BUY)
    assert found
