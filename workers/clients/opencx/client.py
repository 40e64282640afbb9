"""OpenCX: phone agents. A number is a property of its agent here, so there is nothing to link."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workers.clients.base import ApiClient, Listing, Page, collect, parts, text
from workers.clients.opencx.models import PhoneAgent

DEFAULT_BASE_URL = "https://api.open.cx"


class OpenCx(ApiClient):
    """100 requests a minute for a key."""

    platform = "OpenCX"

    async def agents(self) -> Listing[PhoneAgent]:
        """All phone agents: a bare array now, `{items, next}` with a cursor before."""

        async def page(cursor: str) -> Page[PhoneAgent]:
            return _page(await self.get_any("phone", query={"cursor": cursor} if cursor else None))

        return await collect(page, "")

    async def update_agent(self, agent_id: str, changes: Mapping[str, Any]) -> PhoneAgent:
        """Change fields of a phone agent."""
        return await self.write("PATCH", PhoneAgent, "phone", agent_id, body=dict(changes))


def _page(body: Any) -> Page[PhoneAgent]:
    if isinstance(body, Mapping):
        return Page(parts(body.get("items"), PhoneAgent), text(body.get("next")) or None)
    return Page(parts(body, PhoneAgent))
