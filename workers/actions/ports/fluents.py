"""Fluents behind the neutral actions. Linking is a change of the number's `inbound_agent`.

`numbers/link` is never used: it imports a number from a carrier account. A call that is started carries a mark of ours
in its `context`, by which it is known again.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
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
from workers.actions.ports.base import Port, confirmed, e164, found, is_number, raw
from workers.actions.ports.doubt import certainly_not, not_before, since, the_one
from workers.clients.base import part, ref_id, text
from workers.clients.errors import InDoubtError, Invalid, Unsupported
from workers.clients.fluents import models
from workers.clients.fluents.client import DEFAULT_BASE_URL, Fluents
from workers.clients.times import iso, moment, seconds_between

_CARRIER = ("telephony_provider", "telephony_account_connection")
MARK = "hookswitch_operation"
"""The entry of a call's context that says which of our operations started it."""


class FluentsPort(Port):
    """Numbers, agents and calls. Emptying `inbound_agent` with null is how its ancestor unlinks."""

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

    async def number_buy(self, order: Mapping[str, Any]) -> Bought:
        self.only(order, "buy a number with", "number", "agent", "area_code", *_CARRIER)
        body = {"phone_number": order["number"], **{name: self._carrier(name, order[name]) for name in _CARRIER}}
        chosen = {"inbound_agent": order["agent"], "area_code": order["area_code"]}
        bought = await self._client().buy_number(body | {name: value for name, value in chosen.items() if value})
        return _bought(order["number"], bought)

    async def number_bought(self, order: Mapping[str, Any]) -> Bought | None:
        listing = await self._client().numbers()
        held = [each for each in listing.items if e164(text(each.number)) == order["number"]]
        if not held:
            certainly_not(listing.complete)
            return None
        return _bought(order["number"], held[0])

    async def number_release(self, number: str) -> Released:
        client = self._client()
        wanted = await self._find(client, number)
        await client.cancel_number(wanted.number, wanted.id)
        return Released(number=number)

    async def number_released(self, number: str) -> Released | None:
        listing = await self._client().numbers()
        held = [each for each in listing.items if e164(number) in (e164(text(each.number)), text(each.id))]
        if any(each.active is not False for each in held):
            return None
        certainly_not(listing.complete)
        return Released(number=number)

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

    async def call_start(self, start: Mapping[str, Any]) -> Started:
        self.only(start, "start a call with", "agent", "to", "from", "variables")
        if not start["from"]:
            raise Invalid("Fluents needs `from`: which of our numbers calls")
        client = self._client()
        line = (await self._find(client, start["from"])).number
        variables = {
            name: value if isinstance(value, str) else json.dumps(value) for name, value in start["variables"].items()
        }
        call = await client.create_call(
            {
                "to_number": start["to"],
                "from_number": line,
                "agent_phone_number": line,
                "agent": start["agent"],
                "telephony_provider": self.api.defaults.get(_CARRIER[0]) or self._carrier(_CARRIER[0], ""),
                "telephony_params": {},
                "context": variables | {MARK: self._mark()},
                "is_outgoing": True,
            }
        )
        return Started(id=text(call.id), status=text(call.status), raw=_call_fields(call))

    async def call_started(self, start: Mapping[str, Any]) -> Started | None:
        begin = since(self.context)
        client = self._client()
        calls = await client.calls()
        ours = [each for each in calls.items if await self._is_ours(client, each, start["to"], begin)]
        call = the_one(ours)
        if call is None:
            certainly_not(calls.complete)
            return None
        return Started(id=text(call.id), status=text(call.status), raw=_call_fields(call))

    async def _is_ours(self, client: Fluents, call: models.Call, to: str, begin: datetime) -> bool:
        """Whether it carries our mark; raises InDoubtError when it may be ours and carries none at all."""
        if e164(text(call.to_number)) not in ("", to) or (
            moment(call.start_time) and not not_before(call.start_time, begin)
        ):
            return False
        shown = call.context if isinstance(call.context, dict) else (await client.call(text(call.id))).context
        if not isinstance(shown, dict) or MARK not in shown:
            raise InDoubtError("Fluents shows a call to this number without what was sent along, which could be it")
        return bool(shown[MARK] == self._mark())

    def _mark(self) -> str:
        return hashlib.sha256(self.context.operation.encode()).hexdigest()[:32]

    async def call_get(self, call: str) -> PhoneCall:
        return _phone_call(await self._client().call(call))

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


def _bought(wanted: str, number: models.Number) -> Bought:
    bought = _number(number)
    return Bought(number=bought.number or wanted, id=bought.id, agent=bought.agent, raw=bought.raw)


def _phone_call(call: models.Call) -> PhoneCall:
    outgoing = call.is_outgoing
    return PhoneCall(
        id=text(call.id),
        status=text(call.status),
        direction=("outbound" if outgoing else "inbound") if isinstance(outgoing, bool) else "",
        from_=text(call.from_number),
        to=text(call.to_number),
        agent=ref_id(call.agent),
        started_at=iso(call.start_time),
        ended_at=iso(call.end_time),
        duration=seconds_between(call.start_time, call.end_time),
        ended_reason=text(call.stage_outcome) or text(call.error_message),
        transcript=text(call.transcript),
        raw=_call_fields(call),
    )


def _call_fields(call: models.Call) -> dict[str, Any]:
    """The agent as its id: whole, it is its configuration again."""
    fields = raw(call)
    return fields | ({"agent": ref_id(call.agent) or None} if "agent" in fields else {})


def _agent(agent: models.Agent) -> Agent:
    return Agent(id=text(agent.id), name=_agent_name(agent), raw=raw(agent))


def _agent_name(agent: models.Agent) -> str:
    return text(agent.name) or text(agent.label)
