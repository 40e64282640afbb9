"""Fluents: numbers, agents and calls.

All paths lie under /v1; ids are query parameters; 200 and 201 both mean done. Every list parameter is always sent,
since newer documents require them all; lists are sorted by `id`, the one column every resource is documented to have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from workers.clients.base import ApiClient, Listing, Page, Query, collect, listed, parts
from workers.clients.errors import Invalid, NotFound
from workers.clients.fluents.models import Agent, AgentPage, Call, CallPage, Number, NumberPage

DEFAULT_BASE_URL = "https://api.fluents.ai"
PAGE_SIZE = 100
T = TypeVar("T")


class Fluents(ApiClient):
    """One key reaches one environment."""

    platform = "Fluents"
    version_path = "/v1"

    async def numbers(self) -> Listing[Number]:
        """All numbers of the environment."""

        async def page(number: int) -> Page[Number]:
            answer = await self.get(NumberPage, "numbers", "list", query=_list_query(number))
            return _page(listed(answer.items, Number), answer, number)

        return await collect(page, 1)

    async def number(self, phone_number: str) -> Number:
        """One number by its E.164 form."""
        return await self.get(Number, "numbers", query={"phone_number": phone_number})

    async def available(self, provider: str, account_connection: str, limit: int, filters: str = "") -> list[Number]:
        """Numbers a carrier account can buy. All four parameters are always sent."""
        query: Query = {
            "telephony_provider": provider,
            "telephony_account_connection": account_connection,
            "limit": limit,
            "filters": filters,
        }
        return parts((await self.get(NumberPage, "numbers", "available", query=query)).items, Number)

    async def update_number(self, phone_number: str, number_id: str, changes: Mapping[str, Any]) -> Number:
        """Change fields of a number: left out is unchanged, null is empty.

        Documents disagree on whether `phone_number` or `id` selects it; the second is tried where the first is refused.
        """
        return await self._of_number("update", phone_number, number_id, dict(changes), idempotent=True)

    async def buy_number(self, body: Mapping[str, Any]) -> Number:
        """Buy a number from a carrier: `phone_number`, the carrier, and the agent that answers it."""
        return await self.write("POST", Number, "numbers", "buy", body=dict(body), idempotent=False)

    async def cancel_number(self, phone_number: str, number_id: str) -> Number:
        """Give a number back; selected as in update_number."""
        return await self._of_number("cancel", phone_number, number_id, None, idempotent=False)

    async def _of_number(self, verb: str, phone_number: str, number_id: str, body: Any, *, idempotent: bool) -> Number:
        async def send(selector: Query) -> Number:
            return await self.write("POST", Number, "numbers", verb, query=selector, body=body, idempotent=idempotent)

        try:
            return await send({"phone_number": phone_number})
        except (Invalid, NotFound) as error:
            if error.status not in (400, 404) or not number_id:
                raise
        return await send({"id": number_id})

    async def agents(self) -> Listing[Agent]:
        """All agents of the environment."""

        async def page(number: int) -> Page[Agent]:
            answer = await self.get(AgentPage, "agents", "list", query=_list_query(number))
            return _page(parts(answer.items, Agent), answer, number)

        return await collect(page, 1)

    async def agent(self, agent_id: str) -> Agent:
        """One agent by its id."""
        return await self.get(Agent, "agents", query={"id": agent_id})

    async def update_agent(self, agent_id: str, changes: Mapping[str, Any]) -> Agent:
        """Change fields of an agent: left out is unchanged, null is empty."""
        return await self.write("POST", Agent, "agents", "update", query={"id": agent_id}, body=dict(changes))

    async def create_call(self, body: Mapping[str, Any]) -> Call:
        """Let an agent call a number."""
        return await self.write("POST", Call, "calls", "create", body=dict(body), idempotent=False)

    async def call(self, call_id: str) -> Call:
        """One call by its id."""
        return await self.get(Call, "calls", query={"id": call_id})

    async def calls(self) -> Listing[Call]:
        """All calls. How they could be filtered is not documented."""

        async def page(number: int) -> Page[Call]:
            answer = await self.get(CallPage, "calls", "list", query=_list_query(number))
            return _page(listed(answer.items, Call), answer, number)

        return await collect(page, 1)

    async def end_call(self, call_id: str) -> Call:
        """Hang up."""
        return await self.write("POST", Call, "calls", "end", query={"id": call_id}, idempotent=False)


def _list_query(page: int) -> Query:
    return {"page": page, "size": PAGE_SIZE, "sort_column": "id", "sort_desc": False, "filters": ""}


def _page(items: list[T], answer: NumberPage | AgentPage | CallPage, number: int) -> Page[T]:
    return Page(items, number + 1 if _has_more(answer, number, len(items)) else None)


def _has_more(answer: NumberPage | AgentPage | CallPage, number: int, count: int) -> bool:
    if isinstance(answer.has_more, bool):
        return answer.has_more
    return count >= PAGE_SIZE and (not isinstance(answer.total, int) or number * PAGE_SIZE < answer.total)
