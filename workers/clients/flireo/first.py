"""Flireo, first generation: which number belongs to which assistant, which numbers there are, and ordering one."""

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
    Orders,
    OwnNumber,
    OwnNumbers,
    UnlinkAnswer,
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

    async def orders(self) -> Listing[Order]:
        """Every order of the account."""

        async def page(offset: int) -> Page[Order]:
            answer = await self.get(Orders, "phone-number-orders", query={"limit": PAGE_SIZE, "offset": offset})
            items = listed(answer.data, Order)
            return Page(items, onward(offset, len(items), part(answer.meta, Meta).total))

        return await collect(page, 0)


def _page(answer: OwnNumbers, offset: int) -> Page[OwnNumber]:
    items = parts(answer.data, OwnNumber)
    return Page(items, next_offset(offset, len(items), part(answer.meta, Meta).total))
