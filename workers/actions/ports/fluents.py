"""Fluents behind the neutral actions. Linking is a change of the number's `inbound_agent`.

`numbers/link` is never used: it imports a number from a carrier account. A call that is started carries a mark of ours
in its `context`, by which it is known again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any, ClassVar

from workers.actions.neutral import (
    Agent,
    AgentList,
    Bought,
    Done,
    Number,
    NumberList,
    PhoneCall,
    Started,
    agents,
    numbers,
)
from workers.actions.ports.base import NumbersByAgent, confirmed, e164, found, is_number, raw
from workers.actions.ports.doubt import certainly_not, not_before, since, the_one
from workers.actions.ports.fluents_calls import as_text, phone_call, started
from workers.clients.base import part, ref_id, text
from workers.clients.errors import InDoubtError, Invalid, Unsupported
from workers.clients.fluents import models
from workers.clients.fluents.client import DEFAULT_BASE_URL, Fluents
from workers.clients.fluents.requests import CallOrder, NumberOrder
from workers.clients.times import moment

_CARRIER = ("telephony_provider", "telephony_account_connection")
MARK = "hookswitch_operation"
"""The entry of a call's context that says which of our operations started it."""


class FluentsPort(NumbersByAgent):
    """Numbers, agents and calls. Emptying `inbound_agent` with null is how its ancestor unlinks."""

    platform = "Fluents"
    speaks = Fluents
    lacks: ClassVar[Mapping[str, str]] = dict.fromkeys(
        ("call.inject", "call.say", "call.transfer"), "its API reaches into a live call only to end it"
    )
    base_url = DEFAULT_BASE_URL

    @cached_property
    def client(self) -> Fluents:
        """One for the whole action: its requests share their time."""
        return Fluents(self.session())

    async def number_list(self) -> NumberList:
        listing = await self.client.numbers.all()
        return numbers([number_of(each) for each in listing.items], listing.complete)

    async def number_search(self, search: Mapping[str, Any]) -> NumberList:
        if search["query"] or search["type"]:
            raise Unsupported("Fluents cannot search by query or type; use `filters`")
        provider, account = (self.carrier(name, search[name]) for name in _CARRIER)
        offered = await self.client.numbers.available(provider, account, search["limit"], search["filters"])
        return numbers([number_of(each) for each in offered], complete=True)

    async def number_buy(self, order: Mapping[str, Any]) -> Bought:
        self.only(order, "buy a number with", "number", "agent", "area_code", *_CARRIER)
        provider, account = (self.carrier(name, order[name]) for name in _CARRIER)
        body: NumberOrder = {
            "phone_number": order["number"],
            "telephony_provider": provider,
            "telephony_account_connection": account,
        }
        if order["agent"]:
            body["inbound_agent"] = order["agent"]
        if order["area_code"]:
            body["area_code"] = order["area_code"]
        return _bought(order["number"], await self.client.numbers.buy(body))

    async def number_bought(self, order: Mapping[str, Any]) -> Bought | None:
        listing = await self.client.numbers.all()
        held = [each for each in listing.items if e164(text(each.number)) == order["number"]]
        if not held:
            certainly_not(listing.complete)
            return None
        return _bought(order["number"], held[0])

    async def number_update(self, number: str, changes: Mapping[str, Any]) -> Number:
        wanted = Number(number=e164(number)) if is_number(number) else await self._find(number)
        return number_of(await self.client.numbers.update(wanted.number, wanted.id, changes))

    async def agent_list(self) -> AgentList:
        listing = await self.client.agents.all()
        return agents([Agent(id=text(each.id), name=_agent_name(each)) for each in listing.items], listing.complete)

    async def agent_get(self, agent: str) -> Agent:
        return _agent(await self.client.agents.get(agent))

    async def agent_update(self, agent: str, changes: Mapping[str, Any]) -> Agent:
        return _agent(await self.client.agents.update(agent, changes))

    async def call_start(self, start: Mapping[str, Any]) -> Started:
        self.only(start, "start a call with", "agent", "to", "from", "variables")
        if not start["from"]:
            raise Invalid("Fluents needs `from`: which of our numbers calls")
        usual = self.api.defaults.get("call")
        order = await self._order(start)
        return started(await self.client.calls.create(order, usual if isinstance(usual, Mapping) else {}))

    async def _order(self, start: Mapping[str, Any]) -> CallOrder:
        line = (await self._find(start["from"])).number
        return {
            "to_number": start["to"],
            "from_number": line,
            "agent_phone_number": line,
            "agent": start["agent"],
            "telephony_provider": self.api.defaults.get(_CARRIER[0]) or self.carrier(_CARRIER[0], ""),
            "context": as_text(start["variables"]) | {MARK: self._mark()},
            "is_outgoing": True,
        }

    async def call_started(self, start: Mapping[str, Any]) -> Started | None:
        begin = since(self.context)
        calls = await self.client.calls.all()
        call = the_one([each for each in calls.items if await self._is_ours(each, start["to"], begin)])
        if call is None:
            certainly_not(calls.complete)
            return None
        return started(call)

    async def _is_ours(self, call: models.Call, to: str, begin: datetime) -> bool:
        """Whether it carries our mark; raises InDoubtError when it may be ours and carries none at all."""
        if e164(text(call.to_number)) not in ("", to) or (
            moment(call.start_time) and not not_before(call.start_time, begin)
        ):
            return False
        shown = call.context if isinstance(call.context, dict) else (await self.client.calls.get(text(call.id))).context
        if not isinstance(shown, dict) or MARK not in shown:
            raise InDoubtError("Fluents shows a call to this number without what was sent along, which could be it")
        return bool(shown[MARK] == self._mark())

    def _mark(self) -> str:
        return hashlib.sha256(self.context.operation.encode()).hexdigest()[:32]

    async def call_get(self, call: str) -> PhoneCall:
        shown = await self.client.calls.get(call)
        url = self.client.calls.recording_url(call) if shown.recording_available is True else ""
        return phone_call(shown, url)

    async def call_end(self, call: str, message: str) -> Done:
        if message:
            raise self.cannot("say a last sentence when it ends a call")
        return Done(message=text((await self.client.calls.end(call)).status))

    async def _find(self, number: str) -> Number:
        if is_number(number):
            return number_of(await self.client.numbers.get(e164(number)))
        listing = await self.number_list()
        return found(listing.numbers, number, listing.complete)

    async def _again(self, number: Number) -> Number:
        return await self._find(number.number)

    async def _point(self, number: Number, agent: str | None) -> None:
        answer = await self.client.numbers.update(number.number, number.id, {"inbound_agent": agent})
        if "inbound_agent" in answer.model_fields_set:
            confirmed(agent or "", ref_id(answer.inbound_agent))

    async def _give_back(self, number: Number) -> None:
        await self.client.numbers.cancel(number.number, number.id)

    def _ours(self, number: Number) -> bool:
        return number.active

    def carrier(self, name: str, given: str) -> str:
        """The carrier, or its account, that the step or else the connection names; raises Invalid without any."""
        value = given or text(self.api.defaults.get(name))
        if not value:
            raise Invalid(f"Fluents needs `{name}`, in the step or in the connection's api.defaults")
        return value


def number_of(number: models.Number) -> Number:
    """The number; an expanded agent becomes its id, since whole it is its configuration again."""
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


def _bought(wanted: str, number: models.Number) -> Bought:
    bought = number_of(number)
    return Bought(number=bought.number or wanted, id=bought.id, agent=bought.agent, raw=bought.raw)


def _agent(agent: models.Agent) -> Agent:
    return Agent(id=text(agent.id), name=_agent_name(agent), raw=raw(agent))


def _agent_name(agent: models.Agent) -> str:
    return text(agent.name) or text(agent.label)
