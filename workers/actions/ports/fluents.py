"""Fluents behind the neutral actions. Linking is a change of the number's `inbound_agent`.

`numbers/link` is never used: it imports a number from a carrier account.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workers.actions.neutral import (
    Agent,
    AgentList,
    Done,
    Linked,
    Number,
    NumberList,
    Unlinked,
    agents,
    numbers,
    unlinked,
)
from workers.actions.ports.base import Port, confirmed, e164, found, is_number, raw
from workers.clients.base import part, ref_id, text
from workers.clients.errors import Invalid, Unsupported
from workers.clients.fluents import models
from workers.clients.fluents.client import DEFAULT_BASE_URL, Fluents

_CARRIER = ("telephony_provider", "telephony_account_connection")


class FluentsPort(Port):
    """Numbers, agents and ending a call. Emptying `inbound_agent` with null is how its ancestor unlinks."""

    platform = "Fluents"
    base_url = DEFAULT_BASE_URL

    async def number_list(self) -> NumberList:
        listing = await self._client().numbers()
        return numbers([_number(each) for each in listing.items], listing.complete)

    async def number_get(self, number: str) -> Number:
        return await self._find(self._client(), number)

    async def number_search(self, search: Mapping[str, Any]) -> NumberList:
        if search["query"] or search["type"]:
            raise Unsupported("Fluents cannot search by query or type; use `filters`")
        provider, account = (self._carrier(name, search[name]) for name in _CARRIER)
        offered = await self._client().available(provider, account, search["limit"], search["filters"])
        return numbers([_number(each) for each in offered], complete=True)

    async def number_link(self, number: str, agent: str) -> Linked:
        client = self._client()
        wanted = await self._find(client, number)
        changed = wanted.agent != agent
        if changed:
            await self._point(client, wanted, agent)
        return Linked(id=wanted.id, number=wanted.number, agent=agent, changed=changed)

    async def number_unlink(self, number: str, agent: str) -> Unlinked:
        client = self._client()
        held = [await self._find(client, number)] if number else await self._all(client)
        freed = [each for each in held if each.agent and agent in ("", each.agent)]
        for each in freed:
            await self._point(client, each, None)
        return unlinked([each.number for each in freed])

    async def number_update(self, number: str, changes: Mapping[str, Any]) -> Number:
        client = self._client()
        wanted = Number(number=e164(number)) if is_number(number) else await self._find(client, number)
        return _number(await client.update_number(wanted.number, wanted.id, changes))

    async def agent_list(self) -> AgentList:
        listing = await self._client().agents()
        return agents([Agent(id=text(each.id), name=_agent_name(each)) for each in listing.items], listing.complete)

    async def agent_get(self, agent: str) -> Agent:
        return _agent(await self._client().agent(agent))

    async def agent_update(self, agent: str, changes: Mapping[str, Any]) -> Agent:
        return _agent(await self._client().update_agent(agent, changes))

    async def call_end(self, call: str, message: str) -> Done:
        if message:
            raise self.cannot("say a last sentence when it ends a call")
        return Done(message=text((await self._client().end_call(call)).status))

    async def _find(self, client: Fluents, number: str) -> Number:
        if is_number(number):
            return _number(await client.number(e164(number)))
        listing = await client.numbers()
        return found([_number(each) for each in listing.items], number, listing.complete)

    async def _all(self, client: Fluents) -> list[Number]:
        return [_number(each) for each in (await client.numbers()).items]

    async def _point(self, client: Fluents, number: Number, agent: str | None) -> None:
        answer = await client.update_number(number.number, number.id, {"inbound_agent": agent})
        if "inbound_agent" in answer.model_fields_set:
            confirmed(agent or "", ref_id(answer.inbound_agent))

    def _carrier(self, name: str, given: str) -> str:
        value = given or text(self.api.defaults.get(name))
        if not value:
            raise Invalid(f"Fluents needs `{name}`, in the step or in the connection's api.defaults")
        return value

    def _client(self) -> Fluents:
        return Fluents(self.session())


def _number(number: models.Number) -> Number:
    agent = number.inbound_agent
    expanded = part(agent, models.Agent)
    fields = raw(number)
    if "inbound_agent" in fields:
        fields["inbound_agent"] = ref_id(agent) or None
    return Number(
        id=text(number.id),
        number=text(number.number),
        agent=ref_id(agent),
        agent_name=text(number.inbound_agent_name) or _agent_name(expanded),
        label=text(number.label),
        type=text(number.telephony_provider),
        active=number.active is not False,
        raw=fields,
    )


def _agent(agent: models.Agent) -> Agent:
    return Agent(id=text(agent.id), name=_agent_name(agent), raw=raw(agent))


def _agent_name(agent: models.Agent) -> str:
    return text(agent.name) or text(agent.label)
