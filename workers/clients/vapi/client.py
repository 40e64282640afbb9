"""Vapi: assistants, phone numbers and calls.

Lists are bare arrays. Organisations in Europe have a host of their own. No rate limit is published.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal, TypeVar

from workers.clients.base import (
    MAX_PAGES,
    ApiClient,
    Lenient,
    Listing,
    Page,
    Query,
    collect,
    listed,
    part,
    text,
)
from workers.clients.times import moment
from workers.clients.vapi.models import Assistant, Call, NumberPage, PageMetadata, PhoneNumber

DEFAULT_BASE_URL = "https://api.vapi.ai"
PAGE_SIZE = 100
"""The platform gives a thousand at once; assistants and calls are large, and answers are bounded."""

CallFile = Literal[
    "mono-recording",
    "stereo-recording",
    "video-recording",
    "customer-recording",
    "assistant-recording",
    "pcap",
    "call-logs",
]
"""What can be left of a call, in the platform's words."""

M = TypeVar("M", Assistant, Call, PhoneNumber)


class VapiApi(ApiClient):
    """One private key reaches one organisation."""

    platform = "Vapi"
    smallest = (("phone-number",), {"limit": 1})

    async def numbers(self) -> Listing[PhoneNumber]:
        """All phone numbers."""
        return await self._all(PhoneNumber, "phone-number", {})

    async def number(self, number_id: str) -> PhoneNumber:
        """One number by its id."""
        return await self.get(PhoneNumber, "phone-number", number_id)

    async def numbers_found(self, search: str) -> Listing[PhoneNumber]:
        """Phone numbers in whose own fields this text stands, in numbered pages."""

        async def page(number: int) -> Page[PhoneNumber]:
            query: Query = {"search": search, "page": number, "limit": PAGE_SIZE}
            answer = await self.get(NumberPage, "v2", "phone-number", query=query)
            total = part(answer.metadata, PageMetadata).total_items
            more = isinstance(total, int | float) and number * PAGE_SIZE < total
            return Page(listed(answer.results, PhoneNumber), number + 1 if more else None)

        return await collect(page, 1)

    async def create_number(self, body: Mapping[str, Any]) -> PhoneNumber:
        """Have a number of the platform's own (`provider: vapi`), or bring one along from a carrier."""
        return await self.write("POST", PhoneNumber, "phone-number", body=dict(body), idempotent=False)

    async def update_number(self, number_id: str, changes: Mapping[str, Any]) -> PhoneNumber:
        """Change fields of a number; null empties one. Nested objects are replaced as a whole."""
        return await self.write("PATCH", PhoneNumber, "phone-number", number_id, body=dict(changes))

    async def delete_number(self, number_id: str) -> PhoneNumber:
        """Take a number out of the account."""
        return await self.write("DELETE", PhoneNumber, "phone-number", number_id, idempotent=False)

    async def assistants(self) -> Listing[Assistant]:
        """All saved assistants."""
        return await self._all(Assistant, "assistant", {})

    async def assistant(self, assistant_id: str) -> Assistant:
        """One assistant by its id."""
        return await self.get(Assistant, "assistant", assistant_id)

    async def create_assistant(self, fields: Mapping[str, Any]) -> Assistant:
        """Save a new assistant."""
        return await self.write("POST", Assistant, "assistant", body=dict(fields), idempotent=False)

    async def delete_assistant(self, assistant_id: str) -> None:
        """Delete an assistant; a Conflict where something still uses it."""
        await self.tell("DELETE", "assistant", assistant_id, idempotent=False)

    async def update_assistant(self, assistant_id: str, changes: Mapping[str, Any]) -> Assistant:
        """Change fields of an assistant. Nested objects, such as `model`, are replaced as a whole."""
        return await self.write("PATCH", Assistant, "assistant", assistant_id, body=dict(changes))

    async def create_call(self, body: Mapping[str, Any]) -> Call:
        """Let an assistant call somebody; no idempotency key is documented."""
        return await self.write("POST", Call, "call", body=dict(body), idempotent=False)

    async def call(self, call_id: str) -> Call:
        """One call by its id."""
        return await self.get(Call, "call", call_id)

    async def rename_call(self, call_id: str, name: str) -> Call:
        """Give a call another name, which is all that can be changed of one."""
        return await self.write("PATCH", Call, "call", call_id, body={"name": name})

    async def delete_call(self, call_id: str) -> None:
        """Delete what is kept of a call."""
        await self.tell("DELETE", "call", call_id, idempotent=False)

    async def delete_calls(self, call_ids: Sequence[str]) -> None:
        """Have what is kept of several calls deleted, which takes up to hours. The list counts, not the path."""
        await self.tell("DELETE", "call", call_ids[0], body={"ids": list(call_ids)}, idempotent=False)

    async def call_file(self, call_id: str, file: CallFile) -> str:
        """Where a recording or log of a call is. Whoever knows the address may read it, for as long as it is good."""
        return await self.location("call", call_id, file)

    async def calls(self, filters: Mapping[str, str], most: int) -> Listing[Call]:
        """At most about `most` calls that fit `assistantId`, `phoneNumberId` and the moments, the newest first."""
        return await self._all(Call, "call", dict(filters), pages=-(-most // PAGE_SIZE))

    async def calls_since(self, begin: datetime) -> Listing[Call]:
        """Every call created from this moment on."""
        return await self._all(Call, "call", {"createdAtGe": begin.isoformat()})

    async def _all(self, model: type[M], path: str, query: Query, pages: int = MAX_PAGES) -> Listing[M]:
        """Page after page by the moment of the oldest entry; incomplete where that does not lead to the end."""
        found: dict[str, M] = {}
        bound: dict[str, str] = {}
        for _ in range(pages):
            asked: Query = {**query, **bound, "limit": PAGE_SIZE}
            items = listed(await self.get_any(path, query=asked), model)
            known = len(found)
            found |= {text(each.id): each for each in items}
            if len(items) < PAGE_SIZE:
                return Listing(list(found.values()), complete=True)
            oldest = _oldest(items)
            if not oldest or len(found) == known:
                break
            bound = {"createdAtLe": oldest}
        return Listing(list(found.values()), complete=False)


def _oldest(items: Sequence[Assistant | Call | PhoneNumber]) -> str:
    """The moment of the last item when they come newest first; empty when they do not, or do not tell."""
    times: list[Any] = [moment(_created(each)) for each in items]
    in_order = all(times) and times == sorted(times, reverse=True)
    return _created(items[-1]) if in_order else ""


def _created(item: Lenient) -> str:
    return text(getattr(item, "created_at", None))
