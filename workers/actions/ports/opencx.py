"""OpenCX behind the neutral actions. A number belongs to its phone agent, so numbers can be read but not linked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workers.actions.neutral import Agent, AgentList, Number, NumberList, agents, numbers
from workers.actions.ports.base import Port, found, raw
from workers.clients.base import text
from workers.clients.errors import NotFound
from workers.clients.opencx.client import DEFAULT_BASE_URL, OpenCx
from workers.clients.opencx.models import PhoneAgent


class OpenCxPort(Port):
    """Phone agents and the numbers they have. One agent is found in the list, since no other read is documented."""

    platform = "OpenCX"
    base_url = DEFAULT_BASE_URL
    per_minute = 100

    async def number_list(self) -> NumberList:
        listing = await OpenCx(self.session()).agents()
        return numbers([_number(each) for each in listing.items if each.phone_number], listing.complete)

    async def number_get(self, number: str) -> Number:
        listing = await self.number_list()
        return found(listing.numbers, number, listing.complete)

    async def agent_list(self) -> AgentList:
        listing = await OpenCx(self.session()).agents()
        return agents([Agent(id=text(each.id), name=text(each.name)) for each in listing.items], listing.complete)

    async def agent_get(self, agent: str) -> Agent:
        for each in (await OpenCx(self.session()).agents()).items:
            if text(each.id) == agent:
                return _agent(each)
        raise NotFound("no such agent")

    async def agent_update(self, agent: str, changes: Mapping[str, Any]) -> Agent:
        return _agent(await OpenCx(self.session()).update_agent(agent, changes))


def _number(agent: PhoneAgent) -> Number:
    number = text(agent.phone_number)
    return Number(
        id=number,
        number=number,
        agent=text(agent.id),
        agent_name=text(agent.name),
        type=text(agent.type),
        raw=raw(agent),
    )


def _agent(agent: PhoneAgent) -> Agent:
    return Agent(id=text(agent.id), name=text(agent.name), raw=raw(agent))
