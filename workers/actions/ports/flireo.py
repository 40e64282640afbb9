"""Flireo behind the neutral actions: one port for the first generation, one for those after it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from workers.actions.neutral import (
    Agent,
    AgentList,
    Bought,
    Done,
    Linked,
    Number,
    NumberList,
    PhoneCall,
    Started,
    Unlinked,
    agents,
    numbers,
    unlinked,
)
from workers.actions.ports.base import NumbersByAgent, Port, confirmed, e164, found, is_number, raw
from workers.actions.ports.doubt import not_before, since, the_one_in
from workers.actions.ports.flireo_calls import is_this_call, phone_call
from workers.actions.ports.gates import call_gate
from workers.clients.base import Gate, Listing, part, ref_id, text
from workers.clients.errors import Conflict, Invalid
from workers.clients.flireo import models
from workers.clients.flireo.first import FlireoFirst
from workers.clients.flireo.later import DEFAULT_BASE_URL, FlireoLater, Generation

CONTROL_LIMIT = 10
"""Commands a minute for one live call."""


_NO_AGENTS = "its API knows assistants only by their numbers"
_NO_CALLS = "no part of its API that has to do with calls is documented"
_BY_SIP = "numbers are brought along by SIP, with flireo.number.create"


class FlireoFirstPort(Port):
    """Links numbers by their id; an E.164 number is looked up among the account's own and the shared default ones."""

    platform = "Flireo"
    speaks = FlireoFirst
    frees_first = True
    lacks: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(("agent.list", "agent.get", "agent.update"), _NO_AGENTS),
        **dict.fromkeys(("call.start", "call.get", "call.inject", "call.say", "call.end", "call.transfer"), _NO_CALLS),
        "number.update": "a number has nothing that its API could change but its assistant",
        "number.release": "no way to give a number back is documented",
    }

    @cached_property
    def client(self) -> FlireoFirst:
        """One for the whole action: its requests share their time."""
        return FlireoFirst(self.session())

    async def number_list(self) -> NumberList:
        own, _shared = await self.client.numbers()
        return numbers([_own(each) for each in own.items], own.complete)

    async def number_get(self, number: str) -> Number:
        return await self._find(number)

    def tells_agent(self, number: Number) -> bool:
        """Of the shared default numbers it tells only that they are there."""
        return "linked_assistant" in number.raw

    async def number_search(self, search: Mapping[str, Any]) -> NumberList:
        self.only(search, "search by", "query", "type", "limit")
        found = await self.client.available(search["type"], search["query"], search["limit"])
        return numbers([offered(each) for each in found], complete=True)

    async def number_buy(self, order: Mapping[str, Any]) -> Bought:
        self.only(order, "order a number with", "number", "type", "verification_group")
        body = {"number_type": order["type"], "verification_group_id": order["verification_group"]}
        chosen = {name: value for name, value in body.items() if value}
        answer = await self.client.order({"phone_number": order["number"], **chosen})
        placed = part(answer.data, models.OrderResult)
        return bought(order["number"], text(placed.order_id), text(placed.status), raw(placed))

    async def number_bought(self, order: Mapping[str, Any]) -> Bought | None:
        begin = since(self.context)
        return bought_since(await self.client.orders(), begin, order["number"])

    async def number_link(self, number: str, agent: str) -> Linked:
        current = _current(await self.client.assistant_number(agent))
        if e164(number) in (current.id, e164(current.number)):
            return Linked(id=current.id, number=current.number, agent=agent)
        wanted = await self._find(number) if is_number(number) else Number(id=number)
        answer = await self.client.link(agent, wanted.id)
        linked = _linked(part(answer.data, models.LinkResult).phone_number if answer else None)
        return Linked(id=wanted.id, number=linked.number or wanted.number, agent=agent, changed=answer is not None)

    async def number_unlink(self, number: str, agent: str) -> Unlinked:
        holder = agent
        if number:
            holder = (await self._find(number)).agent
            if not holder or (agent and agent != holder):
                return unlinked([])
        answer = await self.client.unlink(holder)
        if answer is None:
            return unlinked([])
        freed = _linked(part(answer.data, models.UnlinkResult).unlinked_phone_number)
        return unlinked([freed.number or freed.id])

    async def _find(self, number: str) -> Number:
        own, shared = await self.client.numbers()
        return found([_own(each) for each in (*own.items, *shared)], number, own.complete)


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


def bought(number: str, order: str, status: str, fields: dict[str, Any]) -> Bought:
    """An order in our words; raises Conflict for one that failed."""
    if status == "failed":
        raise Conflict("Flireo took the order, and the order failed")
    return Bought(number=number, order=order, status=status, raw=fields)


def bought_since(orders: Listing[models.Order], begin: datetime, number: str) -> Bought | None:
    """The only order for a number that was placed from `begin` on; raises Conflict, or InDoubtError."""
    placed = the_one_in(
        orders, lambda each: e164(text(each.phone_number)) == number and not_before(each.ordered_at, begin)
    )
    return bought(number, text(placed.id), text(placed.status), raw(placed)) if placed else None


def offered(number: models.OfferedNumber) -> Number:
    """A number that can be ordered, in our words."""
    listed = text(number.phone_number)
    return Number(id=listed, number=listed, label=text(number.locality), type=text(number.number_type), raw=raw(number))


def _current(answer: models.AssistantNumberAnswer) -> Number:
    return _linked(part(answer.data, models.AssistantNumber).phone_number)


def _linked(number: Any) -> Number:
    known = part(number, models.LinkedNumber)
    return Number(id=text(known.id), number=text(known.number), type=text(known.type))


class FlireoLaterPort(NumbersByAgent):
    """Numbers, agents and live calls of the second and third generation."""

    platform = "Flireo"
    speaks = FlireoLater
    lacks: ClassVar[Mapping[str, str]] = {"number.search": _BY_SIP, "number.buy": _BY_SIP}
    base_url = DEFAULT_BASE_URL
    per_minute = 100

    @cached_property
    def client(self) -> FlireoLater:
        """One for the whole action: its requests share their time."""
        return self._client()

    def _client(self, inner: Gate | None = None) -> FlireoLater:
        return FlireoLater(self.session(inner), _generation(self.context.generation))

    async def number_list(self) -> NumberList:
        listing = await self.client.numbers()
        return numbers([number_of(each) for each in listing.items], listing.complete)

    async def number_update(self, number: str, changes: Mapping[str, Any]) -> Number:
        return number_of(await self.client.update_number((await self._named(number)).id, changes))

    async def agent_list(self) -> AgentList:
        listing = await self.client.assistants()
        return agents([Agent(id=text(each.id), name=text(each.name)) for each in listing.items], listing.complete)

    async def agent_get(self, agent: str) -> Agent:
        return agent_of(await self.client.assistant(agent))

    async def agent_update(self, agent: str, changes: Mapping[str, Any]) -> Agent:
        return agent_of(await self.client.update_assistant(agent, changes))

    async def call_start(self, start: Mapping[str, Any]) -> Started:
        self.only(start, "start a call with", "agent", "to", "from", "first_message", "metadata")
        body: dict[str, Any] = {"destination": start["to"]}
        if start["from"]:
            body["number_id"] = (await self._named(start["from"])).id
        if start["first_message"]:
            body["first_message"] = start["first_message"]
        if start["metadata"]:
            body["assistant_override"] = {"metadata": start["metadata"]}
        answer = await self.client.call_out(start["agent"], body)
        return Started(id=text(answer.call_id), status=text(answer.status), raw=raw(answer))

    async def call_started(self, start: Mapping[str, Any]) -> Started | None:
        begin = since(self.context)
        calls = await self.client.calls_since(begin)
        call = the_one_in(calls, lambda each: is_this_call(each, start["to"], start["agent"], begin))
        if call is None:
            return None
        return Started(id=text(call.id), status=text(call.status), raw=raw(call))

    async def call_get(self, call: str) -> PhoneCall:
        return phone_call(await self.client.call(call))

    async def call_inject(self, call: str, text: str, respond: bool) -> Done:
        return _done(await self._controlling(call).inject_context(call, text, respond))

    async def call_say(self, call: str, text: str, end_after: bool) -> Done:
        return _done(await self._controlling(call).say(call, text, end_after))

    async def call_end(self, call: str, message: str) -> Done:
        return _done(await self._controlling(call).end_call(call, message))

    async def call_transfer(self, call: str, to: str, message: str) -> Done:
        return _done(await self._controlling(call).transfer(call, to, message))

    def _controlling(self, call: str) -> FlireoLater:
        return self._client(call_gate(self.context, self.platform, call, CONTROL_LIMIT))

    async def _point(self, number: Number, agent: str | None) -> None:
        answer = await self.client.update_number(number.id, {"agent_id": agent})
        if answer.states_agent:
            confirmed(agent or "", answer.agent)

    async def _give_back(self, number: Number) -> None:
        await self.client.delete_number(number.id)

    async def _named(self, number: str) -> Number:
        return await self._find(number) if is_number(number) else Number(id=number)

    async def _find(self, number: str) -> Number:
        if not is_number(number):
            return number_of(await self.client.number(number))
        listing = await self.number_list()
        return found(listing.numbers, number, listing.complete)


def _generation(name: str) -> Generation:
    if name == "g2":
        return "g2"
    if name == "g3":
        return "g3"
    raise Invalid("the generation of the connection's API is not known; write `generation:` in the connections file")


def number_of(number: models.Number) -> Number:
    """A number of the later generations in our words."""
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


def agent_of(agent: models.Assistant) -> Agent:
    """An assistant in our words."""
    return Agent(id=text(agent.id), name=text(agent.name), raw=raw(agent))


def _done(answer: models.ControlAnswer) -> Done:
    return Done(message=text(answer.message))
