"""Fluents: one client, with a part for each resource. All paths lie under /v1."""

from __future__ import annotations

from workers.clients.base import ApiClient, Session
from workers.clients.fluents import models
from workers.clients.fluents.calls import Calls
from workers.clients.fluents.connections import AccountConnections
from workers.clients.fluents.donotcall import DoNotCall
from workers.clients.fluents.numbers import Numbers
from workers.clients.fluents.resources import SMALL_PAGE, Removable, list_query

DEFAULT_BASE_URL = "https://api.fluents.ai"


class Fluents(ApiClient):
    """One key reaches one environment."""

    platform = "Fluents"
    version_path = "/v1"
    smallest = (("numbers", "list"), list_query(1, 1))

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self.numbers = Numbers(self)
        self.calls = Calls(self)
        self.agents = Removable(self, "agents", models.Agent, SMALL_PAGE)
        self.prompts = Removable(self, "prompts", models.Prompt, SMALL_PAGE)
        self.actions = Removable(self, "actions", models.Action)
        self.webhooks = Removable(self, "webhooks", models.Webhook)
        self.voices = Removable(self, "voices", models.Voice)
        self.connections = AccountConnections(self)
        self.do_not_call = DoNotCall(self)

    async def usage(self) -> models.Usage:
        """The minutes of the month; an ancestor's request, which may be gone."""
        return await self.get(models.Usage, "usage")
