"""Flireo, first generation: which number belongs to which assistant, which numbers there are, and ordering one.

An order costs ten credits. A local number is ordered with a verification group, which proves an address.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from workers.clients.base import ApiClient, Listing, Page, Query, collect, listed, next_offset, onward, part, parts
from workers.clients.errors import ApiError, AuthFailed, Conflict, Invalid, NotFound, RateLimited
from workers.clients.flireo.models import (
    AssistantNumberAnswer,
    LinkAnswer,
    Meta,
    OfferedNumber,
    OfferedNumbers,
    Order,
    OrderAnswer,
    OrderDetails,
    Orders,
    OwnNumber,
    OwnNumbers,
    UnlinkAnswer,
)
from workers.clients.flireo.verification import (
    Group,
    GroupAnswer,
    GroupOrder,
    GroupOrderAnswer,
    Groups,
    NewGroupAnswer,
)

PAGE_SIZE = 100
SEARCH_LIMIT = 50

ALREADY_LINKED = "already_linked"
NOTHING_LINKED = "no_phone_number"


class FlireoFirst(ApiClient):
    """Paths begin with /v1. `already_linked` and `no_phone_number` mean that the work is done; `None` stands for them.

    A custom number that another assistant holds is never released by itself: `already_in_use` is a Conflict. A shared
    default number is taken away from every assistant that had one.
    """

    platform = "Flireo"
    version_path = "/v1"
    smallest = (("phone-numbers",), {"limit": 1, "offset": 0})
    codes: ClassVar[Mapping[str, type[ApiError]]] = {
        "already_in_use": Conflict,
        "not_found": NotFound,
        "forbidden": AuthFailed,
        "rate_limit_exceeded": RateLimited,
    }

    async def assistant_number(self, assistant: str) -> AssistantNumberAnswer:
        """The number an assistant has, if any."""
        return await self.get(AssistantNumberAnswer, "assistants", assistant, "phone-number")

    async def link(self, assistant: str, number_id: str) -> LinkAnswer | None:
        """Give the assistant this number instead of the one it has; None when it has it already."""
        try:
            return await self.write(
                "POST",
                LinkAnswer,
                "assistants",
                assistant,
                "phone-number",
                body={"phone_number_id": number_id},
            )
        except Invalid as error:
            if error.code != ALREADY_LINKED:
                raise
            return None

    async def unlink(self, assistant: str) -> UnlinkAnswer | None:
        """Free the assistant's number; None when it has none."""
        try:
            return await self.write("DELETE", UnlinkAnswer, "assistants", assistant, "phone-number")
        except Invalid as error:
            if error.code != NOTHING_LINKED:
                raise
            return None

    async def numbers(self) -> tuple[Listing[OwnNumber], list[OwnNumber]]:
        """The account's own numbers, and the shared default ones beside them."""
        shared: dict[str, OwnNumber] = {}

        async def page(offset: int) -> Page[OwnNumber]:
            query: Query = {"include_default": "true", "limit": PAGE_SIZE, "offset": offset}
            answer = await self.get(OwnNumbers, "phone-numbers", query=query)
            shared.update({str(each.id or each.phone_number): each for each in parts(answer.shared_numbers, OwnNumber)})
            return _page(answer, offset)

        return await collect(page, 0), list(shared.values())

    async def available(self, number_type: str = "", query: str = "", limit: int = 20) -> list[OfferedNumber]:
        """Numbers that can be ordered; the platform's default type is national, and it shows 50 at the most."""
        asked: dict[str, Any] = {"limit": min(limit, SEARCH_LIMIT)}
        asked |= {name: value for name, value in (("number_type", number_type), ("query", query)) if value}
        return parts((await self.get(OfferedNumbers, "phone-numbers", "available", query=asked)).data, OfferedNumber)

    async def order(self, body: Mapping[str, Any]) -> OrderAnswer:
        """Order a number: `phone_number`, `number_type`, `verification_group_id`. It costs credits."""
        return await self.write("POST", OrderAnswer, "phone-numbers", body=dict(body), idempotent=False)

    async def orders(self, status: str = "", group: str = "", number_type: str = "") -> Listing[Order]:
        """Every order of the account that fits; a status is pending, success or failed."""
        asked = _given(status=status, verification_group_id=group, number_type=number_type)

        async def page(offset: int) -> Page[Order]:
            answer = await self.get(
                Orders, "phone-number-orders", query={**asked, "limit": PAGE_SIZE, "offset": offset}
            )
            items = listed(answer.data, Order)
            return Page(items, onward(offset, len(items), part(answer.meta, Meta).total))

        return await collect(page, 0)

    async def order_placed(self, order_id: str) -> Order:
        """One order by its id."""
        return part((await self.get(OrderDetails, "phone-number-orders", order_id)).data, Order)

    async def create_group(self, body: GroupOrder) -> NewGroupAnswer:
        """Ask for an address to be verified."""
        return await self.write("POST", NewGroupAnswer, "verification-groups", body=dict(body), idempotent=False)

    async def groups(self, status: str = "", number_type: str = "") -> Listing[Group]:
        """Every verification group that fits; a status is pending, approved, rejected or deleted."""
        asked = _given(status=status, phone_number_type=number_type)

        async def page(offset: int) -> Page[Group]:
            answer = await self.get(
                Groups, "verification-groups", query={**asked, "limit": PAGE_SIZE, "offset": offset}
            )
            items = listed(answer.data, Group)
            return Page(items, onward(offset, len(items), part(answer.meta, Meta).total))

        return await collect(page, 0)

    async def group(self, group_id: str) -> Group:
        """One verification group with its documents and numbers."""
        return part((await self.get(GroupAnswer, "verification-groups", group_id)).data, Group)

    async def group_numbers(self, group_id: str) -> list[OfferedNumber]:
        """Numbers that can be ordered in a group; its own page was not found, so it is read as `available` is."""
        answer = await self.get(OfferedNumbers, "verification-groups", group_id, "available-phone-numbers")
        return parts(answer.data, OfferedNumber)

    async def order_in_group(self, group_id: str, number: str) -> GroupOrderAnswer:
        """Order a number in a group that was approved; `invalid_status` in one that was not. It costs credits."""
        return await self.write(
            "POST",
            GroupOrderAnswer,
            "verification-groups",
            group_id,
            "order-number",
            body={"phone_number": number},
            idempotent=False,
        )


def _given(**filters: str) -> dict[str, str]:
    return {name: value for name, value in filters.items() if value}


def _page(answer: OwnNumbers, offset: int) -> Page[OwnNumber]:
    items = parts(answer.data, OwnNumber)
    return Page(items, next_offset(offset, len(items), part(answer.meta, Meta).total))
