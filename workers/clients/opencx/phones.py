"""Phone agents, voices and calling out. A number is a property of its agent: nothing is linked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workers.clients.base import Listing, text
from workers.clients.errors import NotFound
from workers.clients.opencx.lists import ListClient
from workers.clients.opencx.models import PhoneAgent, Voice


class Phones(ListClient):
    """What begins with `/phone`, but for SIP."""

    async def agents(self) -> Listing[PhoneAgent]:
        """All phone agents."""
        return await self.bare(PhoneAgent, "phone")

    async def agent(self, agent_id: str) -> PhoneAgent:
        """One of them, found in the list, since no other read was ever seen; raises NotFound."""
        for each in (await self.agents()).items:
            if text(each.id) == agent_id:
                return each
        raise NotFound("no such agent")

    async def create_agent(self, agent: Mapping[str, Any]) -> PhoneAgent:
        """Make a phone agent; `name` is all it needs."""
        return await self.write("POST", PhoneAgent, "phone", body=dict(agent), idempotent=False)

    async def update_agent(self, agent_id: str, changes: Mapping[str, Any]) -> PhoneAgent:
        """Change fields of a phone agent."""
        return await self.write("PATCH", PhoneAgent, "phone", agent_id, body=dict(changes))

    async def delete_agent(self, agent_id: str) -> None:
        """Take a phone agent away; what is answered is not documented."""
        await self.tell("DELETE", "phone", agent_id)

    async def voices(self) -> Listing[Voice]:
        """The voices an agent can have."""
        return await self.bare(Voice, "phone", "voices")

    async def call_out(self, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Let a phone agent call somebody. What is answered is not documented: any 2xx means that it was taken."""
        answer = await self.tell("POST", "phone", "outbound-call", body=dict(body), idempotent=False)
        return answer if isinstance(answer, Mapping) else {}
