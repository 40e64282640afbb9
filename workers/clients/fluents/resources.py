"""What most of Fluents' resources have in common: shown by id, listed in pages, made, changed, removed.

Ids are query parameters; 200 and 201 both mean done. Every list parameter is always sent, since newer documents require
them all; lists are sorted by `id`, the one column every resource is documented to have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Generic, TypeVar

from workers.clients.base import ApiClient, Lenient, Listing, Page, Query, collect, listed
from workers.clients.fluents.models import Paged
from workers.clients.fluents.requests import checked

PAGE_SIZE = 100
SMALL_PAGE = 25
"""For what may be long: agents come with their prompts, and answers are bounded."""

M = TypeVar("M", bound=Lenient)


def list_query(page: int, size: int) -> Query:
    """What every list is asked with."""
    return {"page": page, "size": size, "sort_column": "id", "sort_desc": False, "filters": ""}


class Readable(Generic[M]):
    """Shown and listed."""

    def __init__(self, api: ApiClient, name: str, model: type[M], size: int = PAGE_SIZE) -> None:
        self._api = api
        self._name = name
        self._model = model
        self._size = size

    async def get(self, key: str) -> M:
        """One by its id."""
        return await self._api.get(self._model, self._name, query={"id": key})

    async def all(self, more: Query | None = None) -> Listing[M]:
        """All of the environment; `more` are parameters beside the usual ones. Raises Unavailable without a list."""

        async def page(number: int) -> Page[M]:
            answer = await self._api.get(
                Paged, self._name, "list", query={**(more or {}), **list_query(number, self._size)}
            )
            items = listed(answer.items, self._model)
            return Page(items, number + 1 if self._has_more(answer, number, len(items)) else None)

        return await collect(page, 1)

    def _has_more(self, answer: Paged, number: int, count: int) -> bool:
        if isinstance(answer.has_more, bool):
            return answer.has_more
        return count >= self._size and (not isinstance(answer.total, int) or number * self._size < answer.total)


class Editable(Readable[M]):
    """Made and changed too."""

    async def create(self, body: Mapping[str, object]) -> M:
        """Make a new one."""
        return await self._api.write("POST", self._model, self._name, "create", body=checked(body), idempotent=False)

    async def update(self, key: str, changes: Mapping[str, object]) -> M:
        """Change fields: left out is unchanged, null is empty."""
        return await self._api.write(
            "POST", self._model, self._name, "update", query={"id": key}, body=checked(changes)
        )


class Removable(Editable[M]):
    """And removed, as second-hand documents say."""

    async def delete(self, key: str) -> None:
        """Remove one. What is answered is not documented: any 2xx means that it is gone."""
        await self._api.tell("DELETE", self._name, "delete", query={"id": key}, idempotent=False)
