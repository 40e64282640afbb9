"""Flireo behind the neutral actions: one port for the first generation, one for those after it."""

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
from workers.actions.ports.base import Port, confirmed, e164, found, is_number, raw, take
from workers.clients.base import part, ref_id, text
from workers.clients.errors import Invalid, Unsupported
from workers.clients.flireo import models
from workers.clients.flireo.first import FlireoFirst
from workers.clients.flireo.later import DEFAULT_BASE_URL, FlireoLater, Generation

CONTROL_LIMIT = 10
"""Commands a minute for one live call."""


class FlireoFirstPort(Port):
    """Links numbers by their id; an E.164 number is looked up among the account's own and the shared default ones."""

    platform = "Flireo"

    async def number_list(self) -> NumberList:
        own, _shared = await self._client().numbers()
        return numbers([_own(each) for each in own.items], own.complete)

    async def number_get(self, number: str) -> Number:
        return await self._find(self._client(), number)

    async def number_search(self, search: Mapping[str, Any]) -> NumberList:
        _only(search, "query", "type", "limit")
        offered = await self._client().available(search["type"], search["query"], search["limit"])
        return numbers([_offered(each) for each in offered], complete=True)

    async def number_link(self, number: str, agent: str) -> Linked:
        client = self._client()
        current = _current(await client.assistant_number(agent))
        if e164(number) in (current.id, e164(current.number)):
            return Linked(id=current.id, number=current.number, agent=agent)
        wanted = await self._find(client, number) if is_number(number) else Number(id=number)
        answer = await client.link(agent, wanted.id)
        linked = _linked(part(answer.data, models.LinkResult).phone_number if answer else None)
        return Linked(id=wanted.id, number=linked.number or wanted.number, agent=agent, changed=answer is not None)

    async def number_unlink(self, number: str, agent: str) -> Unlinked:
        client = self._client()
        holder = agent
        if number:
            holder = (await self._find(client, number)).agent
            if not holder or (agent and agent != holder):
                return unlinked([])
        answer = await client.unlink(holder)
        if answer is None:
            return unlinked([])
        freed = _linked(part(answer.data, models.UnlinkResult).unlinked_phone_number)
        return unlinked([freed.number or freed.id])

    async def _find(self, client: FlireoFirst, number: str) -> Number:
        own, shared = await client.numbers()
        return found([_own(each) for each in (*own.items, *shared)], number, own.complete)

    def _client(self) -> FlireoFirst:
        return FlireoFirst(self.session())


def _own(number: models.OwnNumber) -> Number:
    return Number(
        id=text(number.id),
        number=text(number.phone_number),
        agent=ref_id(number.linked_assistant),
        agent_name=text(part(number.linked_assistant, models.LinkedAssistant).name),
        label=text(number.locality),
        type=text(number.number_type),
        raw=raw(number),
    )


def _offered(number: models.OfferedNumber) -> Number:
    listed = text(number.phone_number)
    return Number(id=listed, number=listed, label=text(number.locality), type=text(number.number_type), raw=raw(number))


def _current(answer: models.AssistantNumberAnswer) -> Number:
    return _linked(part(answer.data, models.AssistantNumber).phone_number)


def _linked(number: Any) -> Number:
    known = part(number, models.LinkedNumber)
    return Number(id=text(known.id), number=text(known.number), type=text(known.type))


def _only(search: Mapping[str, Any], *usable: str) -> None:
    extra = sorted(name for name, value in search.items() if value and name not in usable)
    if extra:
        raise Unsupported(f"Flireo cannot search by {', '.join(extra)}")


class FlireoLaterPort(Port):
    """Numbers, agents and live calls of the second and third generation."""

    platform = "Flireo"
    base_url = DEFAULT_BASE_URL
    per_minute = 100

    async def number_list(self) -> NumberList:
        listing = await self._client().numbers()
        return numbers([_number(each) for each in listing.items], listing.complete)

    async def number_get(self, number: str) -> Number:
        return await self._find(self._client(), number)

    async def number_link(self, number: str, agent: str) -> Linked:
        client = self._client()
        wanted = await self._find(client, number)
        changed = wanted.agent != agent
        if changed:
            await self._point(client, wanted.id, agent)
        return Linked(id=wanted.id, number=wanted.number, agent=agent, changed=changed)

    async def number_unlink(self, number: str, agent: str) -> Unlinked:
        client = self._client()
        held = [await self._find(client, number)] if number else await self._all(client)
        freed = [each for each in held if each.agent and agent in ("", each.agent)]
        for each in freed:
            await self._point(client, each.id, None)
        return unlinked([each.number for each in freed])

    async def number_update(self, number: str, changes: Mapping[str, Any]) -> Number:
        client = self._client()
        wanted = (await self._find(client, number)).id if is_number(number) else number
        return _number(await client.update_number(wanted, changes))

    async def agent_list(self) -> AgentList:
        listing = await self._client().assistants()
        return agents([Agent(id=text(each.id), name=text(each.name)) for each in listing.items], listing.complete)

    async def agent_get(self, agent: str) -> Agent:
        return _agent(await self._client().assistant(agent))

    async def agent_update(self, agent: str, changes: Mapping[str, Any]) -> Agent:
        return _agent(await self._client().update_assistant(agent, changes))

    async def call_inject(self, call: str, text: str, respond: bool) -> Done:
        return _done(await (await self._controlling(call)).inject_context(call, text, respond))

    async def call_say(self, call: str, text: str, end_after: bool) -> Done:
        return _done(await (await self._controlling(call)).say(call, text, end_after))

    async def call_end(self, call: str, message: str) -> Done:
        return _done(await (await self._controlling(call)).end_call(call, message))

    async def call_transfer(self, call: str, to: str, message: str) -> Done:
        return _done(await (await self._controlling(call)).transfer(call, to, message))

    async def _controlling(self, call: str) -> FlireoLater:
        client = self._client()
        await take(self.context, f"flireo:control:{call}", CONTROL_LIMIT, "commands a minute for one call")
        return client

    async def _point(self, client: FlireoLater, number_id: str, agent: str | None) -> None:
        answer = await client.update_number(number_id, {"agent_id": agent})
        if answer.states_agent:
            confirmed(agent or "", answer.agent)

    async def _find(self, client: FlireoLater, number: str) -> Number:
        if not is_number(number):
            return _number(await client.number(number))
        listing = await client.numbers()
        return found([_number(each) for each in listing.items], number, listing.complete)

    async def _all(self, client: FlireoLater) -> list[Number]:
        return [_number(each) for each in (await client.numbers()).items]

    def _client(self) -> FlireoLater:
        return FlireoLater(self.session(), _generation(self.context.generation))


def _generation(name: str) -> Generation:
    if name == "g2":
        return "g2"
    if name == "g3":
        return "g3"
    raise Invalid("the generation of the connection's API is not known; write `generation:` in the connections file")


def _number(number: models.Number) -> Number:
    return Number(
        id=text(number.id),
        number=text(number.phone_number),
        agent=number.agent,
        agent_name=text(number.agent_name) or text(number.assistant_name),
        label=text(number.business_name),
        type=text(number.source),
        active=number.is_active is not False,
        raw=raw(number),
    )


def _agent(agent: models.Assistant) -> Agent:
    return Agent(id=text(agent.id), name=text(agent.name), raw=raw(agent))


def _done(answer: models.ControlAnswer) -> Done:
    return Done(message=text(answer.message))
