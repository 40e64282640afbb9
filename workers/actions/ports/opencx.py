"""OpenCX behind the neutral actions. A number belongs to its phone agent, so numbers can be read but not linked.

A call is part of a conversation, and only conversations can be looked at.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from workers.actions.neutral import Agent, AgentList, Number, NumberList, PhoneCall, Started, agents, numbers
from workers.actions.ports.base import Port, e164, found, raw
from workers.actions.ports.doubt import not_before, since, the_one
from workers.clients.base import part, text
from workers.clients.errors import InDoubtError, NotFound
from workers.clients.opencx.client import DEFAULT_BASE_URL, OpenCx
from workers.clients.opencx.models import Contact, PhoneAgent, Session
from workers.clients.redact import redacted
from workers.clients.times import iso

_CALL_IDS = ("session_id", "sessionId", "conversation_id", "call_id", "callId", "id")
"""Where the id of a call that was started may stand: what is answered is not documented."""


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

    async def call_start(self, start: Mapping[str, Any]) -> Started:
        """`outbound_body: snake` in the connection's api.defaults writes the body in the older of its two spellings."""
        self.only(start, "start a call with", "agent", "to")
        older = text(self.api.defaults.get("outbound_body")) == "snake"
        agent, number = ("phone_agent_id", "phone_number") if older else ("phoneAgentId", "phoneNumber")
        body = {agent: start["agent"], "contact": {number: start["to"]}}
        answer = await OpenCx(self.session()).call_out(body)
        call = next((found for name in _CALL_IDS if (found := text(answer.get(name)))), "")
        return Started(id=call, status=text(answer.get("status")), raw=redacted(answer))

    async def call_started(self, start: Mapping[str, Any]) -> Started:
        begin = since(self.context)
        sessions = (await OpenCx(self.session()).calls_since(begin)).items
        session = the_one(each for each in sessions if _with(each, start["to"]) and not_before(each.created_at, begin))
        if session is None:
            raise InDoubtError("OpenCX shows no new conversation with this number; a call may be part of an older one")
        return Started(id=text(session.id), status=text(session.status), raw=raw(session))

    async def call_get(self, call: str) -> PhoneCall:
        session = await OpenCx(self.session()).session(call)
        return PhoneCall(
            id=text(session.id),
            status=text(session.status),
            started_at=iso(session.created_at),
            ended_reason=text(session.ai_closure_type),
            summary=text(session.summary),
            raw=raw(session),
        )


def _with(session: Session, number: str) -> bool:
    return e164(text(part(session.contact, Contact).phone_number)) == number


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
