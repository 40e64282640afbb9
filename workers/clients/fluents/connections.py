"""Fluents' account connections: the accounts of carriers, models and voices, with live credentials."""

from __future__ import annotations

from workers.clients.base import ApiClient
from workers.clients.fluents.models import AccountConnection
from workers.clients.fluents.resources import Editable


class AccountConnections(Editable[AccountConnection]):
    """A carrier's connection has a steering pool: numbers that warm transfers are made through (ancestor)."""

    def __init__(self, api: ApiClient) -> None:
        super().__init__(api, "account_connections", AccountConnection)

    async def add_to_pool(self, key: str, phone_number: str) -> None:
        """Put a number into the pool; what is answered is not documented."""
        await self._steer("add_to_steering_pool", key, phone_number)

    async def remove_from_pool(self, key: str, phone_number: str) -> None:
        """Take a number out of the pool."""
        await self._steer("remove_from_steering_pool", key, phone_number)

    async def _steer(self, verb: str, key: str, phone_number: str) -> None:
        body = {"phone_number": phone_number}
        await self._api.tell("POST", "account_connections", verb, query={"id": key}, body=body)
