"""Flireo behind the neutral actions: one port for the first generation, one for those after it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workers.actions.neutral import (
    Agent,
    AgentList,
    Bought,
    Done,
    Linked,
    Number,
    NumberList,
    PhoneCall,
    Released,
    Started,
    Unlinked,
    agents,
    numbers,
    unlinked,
)
from workers.actions.ports.base import Port, confirmed, e164, found, is_number, raw, take
from workers.actions.ports.doubt import certainly_not, not_before, since, the_one
from workers.actions.ports.flireo_calls import is_this_call, phone_call
from workers.clients.base import part, ref_id, text
from workers.clients.errors import Conflict, Invalid
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
        self.only(search, "search by", "query", "type", "limit")
        offered = await self._client().available(search["type"], search["query"], search["limit"])
        return numbers([_offered(each) for each in offered], complete=True)

    async def number_buy(self, order: Mapping[str, Any]) -> Bought:
        self.only(order, "order a number with", "number", "type", "verification_group")
        body = {"number_type": order["type"], "verification_group_id": order["verification_group"]}
        chosen = {name: value for name, value in body.items() if value}
        answer = await self._client().order({"phone_number": order["number"], **chosen})
        placed = part(answer.data, models.OrderResult)
        return _bought(order["number"], text(placed.order_id), text(placed.status), raw(placed))

    async def number_bought(self, order: Mapping[str, Any]) -> Bought | None:
        begin = since(self.context)
        orders = await self._client().orders()
        of_number = [each for each in orders.items if e164(text(each.phone_number)) == order["number"]]
        placed = the_one(each for each in of_number if not_before(each.ordered_at, begin))
        if placed is None:
            certainly_not(orders.complete)
            return None
        return _bought(order["number"], text(placed.id), text(placed.status), raw(placed))

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


def _bought(number: str, order: str, status: str, fields: dict[str, Any]) -> Bought:
    if status == "failed":
        raise Conflict("Flireo took the order, and the order failed")
    return Bought(number=number, order=order, status=status, raw=fields)


def _offered(number: models.OfferedNumber) -> Number:
    listed = text(number.phone_number)
    return Number(id=listed, number=listed, label=text(number.locality), type=text(number.number_type), raw=raw(number))


def _current(answer: models.AssistantNumberAnswer) -> Number:
    return _linked(part(answer.data, models.AssistantNumber).phone_number)


def _linked(number: Any) -> Number:
    known = part(number, models.LinkedNumber)
    return Number(id=text(known.id), number=text(known.number), type=text(known.type))


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
        return _number(await client.update_number(await self._id(client, number), changes))

    async def number_release(self, number: str) -> Released:
        client = self._client()
        await client.delete_number(await self._id(client, number))
        return Released(number=number)

    async def number_released(self, number: str) -> Released | None:
        listing = await self._client().numbers()
        if any(e164(number) in (e164(text(each.phone_number)), text(each.id)) for each in listing.items):
            return None
        certainly_not(listing.complete)
        return Released(number=number)

    async def agent_list(self) -> AgentList:
        listing = await self._client().assistants()
        return agents([Agent(id=text(each.id), name=text(each.name)) for each in listing.items], listing.complete)

    async def agent_get(self, agent: str) -> Agent:
        return _agent(await self._client().assistant(agent))

    async def agent_update(self, agent: str, changes: Mapping[str, Any]) -> Agent:
        return _agent(await self._client().update_assistant(agent, changes))

    async def call_start(self, start: Mapping[str, Any]) -> Started:
        self.only(start, "start a call with", "agent", "to", "from", "first_message", "metadata")
        client = self._client()
        body: dict[str, Any] = {"destination": start["to"]}
        if start["from"]:
            body["number_id"] = await self._id(client, start["from"])
        if start["first_message"]:
            body["first_message"] = start["first_message"]
        if start["metadata"]:
            body["assistant_override"] = {"metadata": start["metadata"]}
        answer = await client.call_out(start["agent"], body)
        return Started(id=text(answer.call_id), status=text(answer.status), raw=raw(answer))

    async def call_started(self, start: Mapping[str, Any]) -> Started | None:
        begin = since(self.context)
        calls = await self._client().calls_since(begin)
        call = the_one(each for each in calls.items if is_this_call(each, start["to"], start["agent"], begin))
        if call is None:
            certainly_not(calls.complete)
            return None
        return Started(id=text(call.id), status=text(call.status), raw=raw(call))

    async def call_get(self, call: str) -> PhoneCall:
        return phone_call(await self._client().call(call))

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

    async def _id(self, client: FlireoLater, number: str) -> str:
        return (await self._find(client, number)).id if is_number(number) else number

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
