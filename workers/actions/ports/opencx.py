"""OpenCX behind the neutral actions. A number belongs to its phone agent, so numbers can be read but not linked.

A call is part of a conversation, and only conversations can be looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from workers.actions.neutral import Agent, AgentList, Number, NumberList, PhoneCall, Started, agents, numbers
from workers.actions.ports.base import Port, e164, found, raw
from workers.actions.ports.doubt import not_before, since, the_one
from workers.clients.base import part, text
from workers.clients.errors import InDoubtError
from workers.clients.opencx.client import DEFAULT_BASE_URL, OpenCx
from workers.clients.opencx.models import (
    Contact,
    HistoryContent,
    HistoryEvent,
    HistoryItem,
    PhoneAgent,
    Sender,
    Session,
)
from workers.clients.opencx.outbound import outbound_body
from workers.clients.redact import redacted
from workers.clients.times import iso, moment

_CALL_IDS = ("session_id", "sessionId", "conversation_id", "call_id", "callId", "id")
"""Where the id of a call that was started may stand: what is answered is not documented."""

_SPEAKERS: Mapping[str, str] = {"contact": "user", "ai": "assistant", "human_agent": "agent"}


class OpenCxPort(Port):
    """Phone agents and the numbers they have, calling out, and conversations."""

    platform = "OpenCX"
    speaks = OpenCx
    lacks: ClassVar[Mapping[str, str]] = {
        **dict.fromkeys(
            ("number.link", "number.unlink", "number.update", "number.release"), "a number belongs to its phone agent"
        ),
        **dict.fromkeys(("number.search", "number.buy"), "no current way to have a new number is documented"),
        **dict.fromkeys(
            ("call.inject", "call.say", "call.end", "call.transfer"), "its API does not reach into a live call"
        ),
    }
    base_url = DEFAULT_BASE_URL
    per_minute = 100

    def client(self) -> OpenCx:
        """The platform's API, whole."""
        return OpenCx(self.session())

    def event_call(self) -> str:
        """The conversation of the event: what is known of calls is known by it."""
        return text(self.context.event.call.metadata.get("session_id"))

    async def number_list(self) -> NumberList:
        listing = await self.client().agents()
        return numbers([_number(each) for each in listing.items if each.phone_number], listing.complete)

    async def number_get(self, number: str) -> Number:
        listing = await self.number_list()
        return found(listing.numbers, number, listing.complete)

    async def agent_list(self) -> AgentList:
        listing = await self.client().agents()
        return agents([Agent(id=text(each.id), name=text(each.name)) for each in listing.items], listing.complete)

    async def agent_get(self, agent: str) -> Agent:
        return _agent(await self.client().agent(agent))

    async def agent_update(self, agent: str, changes: Mapping[str, Any]) -> Agent:
        return _agent(await self.client().update_agent(agent, changes))

    async def call_start(self, start: Mapping[str, Any]) -> Started:
        self.only(start, "start a call with", "agent", "to")
        body = outbound_body(self.api.defaults.get("outbound_body"), start["agent"], start["to"])
        answer = await self.client().call_out(body)
        call = next((found for name in _CALL_IDS if (found := text(answer.get(name)))), "")
        return Started(id=call, status=text(answer.get("status")), raw=redacted(answer))

    async def call_started(self, start: Mapping[str, Any]) -> Started:
        begin = since(self.context)
        sessions = (await self.client().calls_since(begin)).items
        session = the_one(each for each in sessions if _with(each, start["to"]) and not_before(each.created_at, begin))
        if session is None:
            raise InDoubtError("OpenCX shows no new conversation with this number; a call may be part of an older one")
        return Started(id=text(session.id), status=text(session.status), raw=raw(session))

    async def call_get(self, call: str) -> PhoneCall:
        client = self.client()
        session = await client.session(call)
        return PhoneCall(
            id=text(session.id),
            status=text(session.status),
            from_=e164(text(part(session.contact, Contact).phone_number)),
            started_at=iso(session.created_at),
            ended_reason=text(session.ai_closure_type),
            summary=text(session.summary),
            transcript=transcript((await client.history(call)).items),
            recording_url=text(session.ai_phone_call_recording_url),
            raw=raw(session),
        )


def said(item: HistoryItem) -> tuple[str, str]:
    """Who said something in a conversation, in our words, and what; empty where nothing was said."""
    event = part(item.event, HistoryEvent)
    who = text(part(event.sender, Sender).type)
    return _SPEAKERS.get(who, who), text(part(event.content, HistoryContent).text)


def transcript(items: Iterable[HistoryItem]) -> str:
    """A line for each thing that was said, the oldest first; handoffs and comments of the platform are no speech."""
    spoken = [said(each) for each in in_order(items) if text(part(each.event, HistoryEvent).type) in ("", "message")]
    return "\n".join(f"{who}: {words}" if who else words for who, words in spoken if words)


def in_order(items: Iterable[HistoryItem]) -> list[HistoryItem]:
    """By their moments, where all tell them: in which order the platform lists them is not documented."""
    kept = list(items)
    moments = [moment(each.created_at) for each in kept]
    known = [each for each in moments if each]
    return [kept[place] for place in sorted(range(len(kept)), key=known.__getitem__)] if known == moments else kept


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
