"""How OpenCX writes lists: bare, with a cursor, or in numbered pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from workers.clients.base import ApiClient, Lenient, Listing, Page, Query, collect, listed, parts, text

PAGE_SIZE = 100
"""The most that a numbered page holds."""

M = TypeVar("M", bound=Lenient)


class ListClient(ApiClient):
    """100 requests a minute for a key."""

    platform = "OpenCX"

    async def bare(self, model: type[M], *segments: str) -> Listing[M]:
        """A list that is bare now, and was `{items, next}` with a cursor before."""

        async def page(cursor: str) -> Page[M]:
            body = await self.get_any(*segments, query={"cursor": cursor} if cursor else None)
            if isinstance(body, Mapping):
                return Page(parts(body.get("items"), model), text(body.get("next")) or None)
            return Page(parts(body, model))

        return await collect(page, "")

    async def by_cursor(self, model: type[M], *segments: str, query: Query | None = None) -> Listing[M]:
        """`{items, next}`; raises Unavailable where there is no list, since what is missing may matter."""

        async def page(cursor: str) -> Page[M]:
            asked = {**(query or {}), **({"cursor": cursor} if cursor else {})}
            body = await self.get_any(*segments, query=asked)
            found = body if isinstance(body, Mapping) else {}
            return Page(listed(found.get("items"), model), text(found.get("next")) or None)

        return await collect(page, "")

    async def by_page(self, model: type[M], *segments: str, body: Mapping[str, Any]) -> Listing[M]:
        """`{data, page, limit, has_next}`, asked for with a POST that only reads."""

        async def page(number: int) -> Page[M]:
            asked = {**body, "page": number, "limit": PAGE_SIZE}
            answer = await self.tell("POST", *segments, body=asked)
            found = answer if isinstance(answer, Mapping) else {}
            return Page(listed(found.get("data"), model), number + 1 if found.get("has_next") is True else None)

        return await collect(page, 1)
