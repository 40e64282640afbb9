"""Fluents' numbers. Most requests name a number in the query, by its E.164 form or by its id: documents disagree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workers.clients.base import ApiClient, Query, parts, text
from workers.clients.errors import Invalid, NotFound
from workers.clients.fluents.models import Number, Paged
from workers.clients.fluents.requests import NumberImport, NumberOrder, checked
from workers.clients.fluents.resources import Readable


class Numbers(Readable[Number]):
    """The numbers of an environment."""

    def __init__(self, api: ApiClient) -> None:
        super().__init__(api, "numbers", Number)

    async def get(self, key: str) -> Number:
        """One by its E.164 form."""
        return await self._api.get(Number, "numbers", query={"phone_number": key})

    async def available(self, provider: str, account_connection: str, limit: int, filters: str = "") -> list[Number]:
        """Numbers that a carrier account can buy. All four parameters are always sent."""
        query: Query = {
            "telephony_provider": provider,
            "telephony_account_connection": account_connection,
            "limit": limit,
            "filters": filters,
        }
        return parts((await self._api.get(Paged, "numbers", "available", query=query)).items, Number)

    async def buy(self, order: NumberOrder) -> Number:
        """Buy a number from a carrier."""
        return await self._api.write("POST", Number, "numbers", "buy", body=checked(order), idempotent=False)

    async def take_over(self, order: NumberImport) -> Number:
        """Import a number that a carrier account has already (`link`); it has nothing to do with agents."""
        return await self._api.write("POST", Number, "numbers", "link", body=checked(order), idempotent=False)

    async def update(self, phone_number: str, number_id: str, changes: Mapping[str, object]) -> Number:
        """Change fields of a number: left out is unchanged, null is empty."""
        return await self._selected("update", phone_number, number_id, checked(changes), idempotent=True)

    async def cancel(self, phone_number: str, number_id: str) -> Number:
        """Give a number back to its carrier."""
        return await self._selected("cancel", phone_number, number_id, None, idempotent=False)

    async def detach(self, phone_number: str, number_id: str) -> Number:
        """Take a number out of the environment; its carrier keeps it."""
        return await self._selected("detach", phone_number, number_id, None, idempotent=False)

    async def _selected(self, verb: str, phone_number: str, number_id: str, body: Any, *, idempotent: bool) -> Number:
        """By `phone_number`, which is documented, and where that is refused by `id`, which newer texts say."""

        async def send(selector: Query) -> Number:
            return await self._api.write(
                "POST", Number, "numbers", verb, query=selector, body=body, idempotent=idempotent
            )

        try:
            return await send({"phone_number": phone_number})
        except (Invalid, NotFound) as error:
            if error.status not in (400, 404):
                raise
            refused = error
        try:
            return await send({"id": number_id or text((await self.get(phone_number)).id)})
        except (Invalid, NotFound) as error:
            raise _both(refused, error) from error


def _both(by_number: Invalid | NotFound, by_id: Invalid | NotFound) -> Invalid | NotFound:
    """Which of the two selectors the platform knows is not known, so both of its reasons are told."""
    said = f"{by_number.message}; asked by id, {by_id.message}"
    return type(by_number)(said, status=by_number.status, code=by_number.code)
