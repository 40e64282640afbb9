"""Vapi behind the neutral actions. A number answers by its `assistantId`, and asks us when it has none.

Live calls are controlled through a URL of their own. A call that is started carries a name of ours, by which it is
known again.
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
    Done,
    Number,
    NumberList,
    PhoneCall,
    Started,
    agents,
    numbers,
)
from workers.actions.ports.base import NumbersByAgent, confirmed, e164, found, is_number, raw
from workers.actions.ports.doubt import not_before, since, the_one_in
from workers.clients.base import part, text
from workers.clients.errors import InDoubtError, Invalid
from workers.clients.times import iso, seconds_between
from workers.clients.vapi import models
from workers.clients.vapi.client import DEFAULT_BASE_URL, VapiApi
from workers.clients.vapi.control import VapiControl, checked_url

_DIRECTIONS: Mapping[str, str] = {
    "inboundPhoneCall": "inbound",
    "outboundPhoneCall": "outbound",
    "webCall": "web",
    "vapi.websocketCall": "web",
}
_SIP = ("sip:", "sips:")


class VapiPort(NumbersByAgent):
    """Numbers, assistants, calls and live control."""

    platform = "Vapi"
    speaks = VapiApi
    lacks: ClassVar[Mapping[str, str]] = {
        "number.search": "there is no stock to look through; vapi.phone_number.create finds a number",
        "number.buy": "the platform chooses the number; use vapi.phone_number.create",
    }
    base_url = DEFAULT_BASE_URL

    @cached_property
    def client(self) -> VapiApi:
        """One for the whole action: its requests share their time."""
        return VapiApi(self.session())

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
        self.only(start, "start a call with", "agent", "to", "from", "first_message", "metadata", "variables")
        if not start["from"]:
            raise Invalid("Vapi needs `from`: which of our numbers calls")
        return await self.place(start, {})

    async def place(self, start: Mapping[str, Any], more: Mapping[str, Any]) -> Started:
        """Start a call with more of the platform's own fields; `call_started` knows it again."""
        body = {
            **more,
            "name": self._mark(),
            "assistantId": start["agent"],
            "phoneNumberId": (await self._named(start["from"])).id,
            "customer": {"number": start["to"]},
        }
        overrides = _overrides(start)
        call = await self.client.create_call(body | ({"assistantOverrides": overrides} if overrides else {}))
        return started(call)

    async def call_started(self, start: Mapping[str, Any]) -> Started | None:
        begin = since(self.context)
        calls = await self.client.calls_since(begin)
        call = the_one_in(calls, lambda each: self._is_ours(each, start["to"], begin))
        return started(call) if call else None

    def _is_ours(self, call: models.Call, to: str, begin: datetime) -> bool:
        """Whether it has our name; raises InDoubtError for a call to this number that has none at all."""
        if call.name == self._mark():
            return True
        called = e164(text(part(call.customer, models.Customer).number))
        if text(call.name) or call.type == "inboundPhoneCall" or called not in ("", to):
            return False
        if not not_before(call.created_at, begin):
            return False
        raise InDoubtError("Vapi shows a call to this number without a name, which could be it")

    def _mark(self) -> str:
        """At most forty characters, which is what a name may have."""
        return f"hookswitch {hashlib.sha256(self.context.operation.encode()).hexdigest()[:28]}"

    async def call_get(self, call: str) -> PhoneCall:
        return phone_call(await self.client.call(call))

    async def call_inject(self, call: str, text: str, respond: bool) -> Done:
        await (await self.controlling(call)).add_message(text, respond)
        return Done()

    async def call_say(self, call: str, text: str, end_after: bool) -> Done:
        await (await self.controlling(call)).say(text, end_after)
        return Done()

    async def call_end(self, call: str, message: str) -> Done:
        control = await self.controlling(call)
        await (control.say(message, end_after=True) if message else control.end())
        return Done()

    async def call_transfer(self, call: str, to: str, message: str) -> Done:
        await (await self.controlling(call)).transfer(_destination(to), message)
        return Done()

    async def controlling(self, call: str) -> VapiControl:
        """By the URL that the event brought, else by the one the API tells."""
        session = self.session()
        written = self._told(call) or await self._asked(call)
        if not written:
            raise Invalid("the call has no control URL; it is over, or the assistant's monitorPlan switches it off")
        return VapiControl(session, checked_url(written, session.base_url), text(self.api.defaults.get("control_key")))

    def _told(self, call: str) -> str:
        """The control URL in the event, when it is of this call and came on this connection."""
        event, connection = self.context.event, self.context.connection
        if connection is None or event.connection != connection.name or event.call.id != call:
            return ""
        found: Any = event.payload()
        for name in ("message", "call", "monitor", "controlUrl"):
            found = found.get(name) if isinstance(found, dict) else None
        return text(found)

    async def _asked(self, call: str) -> str:
        return text(part((await self.client.call(call)).monitor, models.Monitor).control_url)

    def _points(self, number: Number, agent: str) -> bool:
        return number.agent == agent and not _others(number)

    async def _point(self, number: Number, agent: str | None) -> None:
        """Give the number to an assistant alone: a squad or workflow it had would answer beside it."""
        changes = {"assistantId": agent} | (dict.fromkeys(_others(number)) if agent else {})
        answer = await self.client.update_number(number.id, changes)
        if "assistant_id" in answer.model_fields_set:
            confirmed(agent or "", text(answer.assistant_id))

    async def _give_back(self, number: Number) -> None:
        await self.client.delete_number(number.id)

    async def _named(self, number: str) -> Number:
        return await self._find(number) if is_number(number) else Number(id=number)

    async def _find(self, number: str) -> Number:
        if not is_number(number):
            return number_of(await self.client.number(number))
        listing = await self.number_list()
        return found(listing.numbers, number, listing.complete)


def _others(number: Number) -> list[str]:
    """What else answers the number."""
    return [name for name in ("squadId", "workflowId") if number.raw.get(name)]


def _overrides(start: Mapping[str, Any]) -> dict[str, Any]:
    given = {
        "firstMessage": start["first_message"],
        "variableValues": start["variables"],
        "metadata": start["metadata"],
    }
    return {name: value for name, value in given.items() if value}


def _destination(to: str) -> dict[str, str]:
    if to.lower().startswith(_SIP):
        return {"type": "sip", "sipUri": to}
    return {"type": "number", "number": e164(to)}


def started(call: models.Call) -> Started:
    """A call that was begun, in our words."""
    return Started(id=text(call.id), status=text(call.status), raw=raw(call))


def number_of(number: models.PhoneNumber) -> Number:
    """A number in our words."""
    return Number(
        id=text(number.id),
        number=text(number.number) or text(number.sip_uri),
        agent=text(number.assistant_id),
        label=text(number.name),
        type=text(number.provider),
        active=number.status != "blocked",
        raw=raw(number),
    )


def agent_of(agent: models.Assistant) -> Agent:
    """An assistant in our words."""
    return Agent(id=text(agent.id), name=text(agent.name), raw=raw(agent))


def phone_call(call: models.Call) -> PhoneCall:
    """A call in our words."""
    artifact, analysis = part(call.artifact, models.Artifact), part(call.analysis, models.Analysis)
    customer, line = part(call.customer, models.Customer), part(call.phone_number, models.PhoneNumber)
    person, ours = text(customer.number) or text(customer.sip_uri), text(line.number) or text(line.sip_uri)
    direction = _DIRECTIONS.get(text(call.type), "")
    outbound = direction == "outbound"
    return PhoneCall(
        id=text(call.id),
        status=text(call.status),
        direction=direction,
        from_=ours if outbound else person,
        to=person if outbound else ours,
        agent=text(call.assistant_id),
        started_at=iso(call.started_at),
        ended_at=iso(call.ended_at),
        duration=seconds_between(call.started_at, call.ended_at),
        ended_reason=text(call.ended_reason),
        summary=text(analysis.summary),
        transcript=text(artifact.transcript),
        recording_url=text(artifact.recording_url) or text(artifact.stereo_recording_url),
        raw=raw(call),
    )
