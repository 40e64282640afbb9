"""Fluents' list of numbers that must not be called; written in camelCase, unlike everything else."""

from __future__ import annotations

from collections.abc import Sequence

from workers.clients.base import ApiClient, Listing, parts
from workers.clients.fluents.models import DncNumber
from workers.clients.fluents.requests import DncEntry, checked
from workers.clients.fluents.resources import Readable


class DoNotCall:
    """The do-not-call list of an environment. Adding what is on it already does no harm."""

    def __init__(self, api: ApiClient) -> None:
        self._api = api
        self._entries = Readable(api, "dnc_numbers", DncNumber)

    async def all(self, which: str) -> Listing[DncNumber]:
        """The whole list; `which` is the required `type`, whose values are not documented."""
        return await self._entries.all({"type": which})

    async def add(self, entry: DncEntry) -> DncNumber:
        """Put one number on it."""
        return await self._api.write("POST", DncNumber, "dnc_numbers", "create", body=checked(entry))

    async def add_all(self, entries: Sequence[DncEntry]) -> list[DncNumber]:
        """Put several on it at once; empty when the answer is without the list that is documented."""
        body = {"phoneNumbers": [checked(entry) for entry in entries]}
        return parts(await self._api.tell("POST", "dnc_numbers", "bulk", body=body), DncNumber)
