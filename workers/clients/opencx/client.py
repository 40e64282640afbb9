"""OpenCX: phone agents, calling out, and conversations. A number is a property of its agent: nothing is linked."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workers.clients.base import ApiClient, Listing, Page, Query, collect, listed, parts, text
from workers.clients.opencx.models import PhoneAgent, Session

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

    async def call_out(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Let a phone agent call somebody. What is answered is not documented: any 2xx means that it was taken."""
        received = await self._send("POST", ("phone", "outbound-call"), None, dict(body), False)
        return received.body if isinstance(received.body, Mapping) else {}

    async def calls_since(self, begin: datetime) -> Listing[Session]:
        """The conversations by telephone that began after this moment."""

        async def page(cursor: str) -> Page[Session]:
            query: Query = {"channel_type": "phone_voice", "created_after": begin.isoformat()}
            body = await self.get_any("chat", "sessions", query={**query, "cursor": cursor} if cursor else query)
            found = body if isinstance(body, Mapping) else {}
            return Page(listed(found.get("items"), Session), text(found.get("next")) or None)

        return await collect(page, "")

    async def session(self, session_id: str) -> Session:
        """One conversation by its id."""
        return await self.get(Session, "chat", "sessions", session_id)


def _page(body: Any) -> Page[PhoneAgent]:
    if isinstance(body, Mapping):
        return Page(parts(body.get("items"), PhoneAgent), text(body.get("next")) or None)
    return Page(parts(body, PhoneAgent))
