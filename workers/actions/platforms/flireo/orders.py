"""Flireo's orders of numbers, which only the first generation keeps. `number.buy` places them."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from workers.actions.base import ActionContext, Output, Params, action
from workers.actions.platforms.flireo.common import FIRST, RAW, Listed, first
from workers.actions.ports.base import raw
from workers.clients.base import text
from workers.clients.flireo.models import Order


class NumberOrder(Output):
    """An order of a number."""

    id: str = Field("", description="the order's id")
    number: str = Field("", description="the number that was ordered")
    status: str = Field("", description="pending, success or failed")
    type: str = Field("", description="local, mobile or national")
    ordered_at: str = Field("", description="when, as the platform writes it")
    verification_group: str = Field("", description="the id of the group that proves the address, if any")
    raw: dict[str, Any] = Field(default_factory=dict, description=RAW)


class NumberOrderList(Listed):
    """Some orders."""

    orders: list[NumberOrder] = Field(default_factory=list, description="the orders, each as flireo.order.get gives it")


class OrderListParams(Params):
    """Which orders; all of them when nothing is chosen."""

    status: Literal["pending", "success", "failed"] | None = Field(None, description="only these")
    type: str = Field("", description="only numbers of this type: local, mobile or national")
    verification_group: str = Field("", description="only those of this verification group, by its id")


class OrderParams(Params):
    """Which order."""

    order: str = Field(min_length=1, description="the order's id, as number.buy gives it in `order`")


@action("flireo.order.list", in_doubt="repeat", platforms=FIRST)
async def order_list(context: ActionContext, params: OrderListParams) -> NumberOrderList:
    """List the orders of numbers and what became of them."""
    listing = await first(context).orders(params.status or "", params.verification_group, params.type)
    found = [order_of(each) for each in listing.items]
    return NumberOrderList(orders=found, count=len(found), complete=listing.complete)


@action("flireo.order.get", in_doubt="repeat", platforms=FIRST)
async def order_get(context: ActionContext, params: OrderParams) -> NumberOrder:
    """Show one order of a number: whether the number is there yet."""
    return order_of(await first(context).order_placed(params.order))


def order_of(order: Order) -> NumberOrder:
    """An order in our words."""
    group = order.verification_group
    return NumberOrder(
        id=text(order.id),
        number=text(order.phone_number),
        status=text(order.status),
        type=text(order.number_type),
        ordered_at=text(order.ordered_at),
        verification_group=text(group.get("id")) if isinstance(group, dict) else "",
        raw=raw(order),
    )


ORDER_ACTIONS = (order_list, order_get)
