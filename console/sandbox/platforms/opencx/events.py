"""What OpenCX sends in a call, as far as that is known: two events at its start, a request for each action, an end.

The bodies of `phone_call.*` are documented nowhere; what is in them here is the least that can be. Two calls of one
person are one conversation, as the platform says. Nothing tells the id of a call.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from console.sandbox.livecall import LiveCall, wall_clock
from console.sandbox.platforms.opencx.seed import ORG
from console.sandbox.script import ScriptTool

Payload = dict[str, Any]
Told = tuple[str, Payload]
DataForm = Literal["object", "list"]
"""How the `data` of a webhook is written: both are documented, for different events and years."""
CallEvents = Literal["both", "conversation"]
"""What tells of a call: its own events too, or the conversation alone, as with agents of older models."""

STARTED, ENDED, CONVERSATION = "phone_call.started", "phone_call.ended", "conversation.started"
DATA = "data_collection"
_PEOPLE = uuid.UUID("0d3f9f0e-7a01-4c0e-9c55-0000000000cc")


class OpenCXEnvelope:
    """Writes the bodies."""

    def __init__(self, form: DataForm = "object", calls: CallEvents = "both") -> None:
        self._form = form
        self._calls = calls

    def assistant_request(self, call: LiveCall) -> Payload:
        """Never sent: a number belongs to its agent."""
        return self._event("assistant-request", {})

    def tool_calls(self, call: LiveCall, tools: Sequence[ScriptTool]) -> Payload:
        """The one action of a request: what goes into its URL, its headers and its body."""
        return {"action": tools[0].name, "session": conversation_of(call), "arguments": tools[0].arguments}

    def status_update(self, call: LiveCall, status: str) -> Payload:
        """The start or the end of a call, or of the conversation where calls have no events of their own."""
        if self._calls == "conversation":
            return self.conversation(call) if status == "in-progress" else self._closed(call)
        more = {"agent_id": call.record.assistant_id, "direction": call.record.direction, "to": call.record.to}
        if status == "in-progress":
            return self._event(STARTED, self._data(call) | more)
        ending = {"duration": round(call.record.duration), "end_reason": call.record.error or call.record.end_reason}
        return self._event(ENDED, self._data(call) | more | ending)

    def conversation(self, call: LiveCall) -> Payload:
        """A conversation began, with what was said first."""
        assignee = {"type": "AI", "name": call.record.assistant_name}
        first = next(iter(call.record.messages()), {"content": ""})["content"]
        more = {"assignee": assignee, "channel": "phone", "first_message": first}
        return self._event(CONVERSATION, self._data(call) | more)

    def beginning(self, call: LiveCall) -> list[Told]:
        """What comes beside the start of a call, once something was said."""
        told = self._calls == "both" and len(call.record.messages()) == 1
        return [named(self.conversation(call))] if told else []

    def report(self, call: LiveCall, summary: str, analysis: Mapping[str, Any]) -> Payload:
        """What the agent was to gather. How it is sent is documented nowhere."""
        wanted = call.config.get("data_collection_fields") or []
        gathered = {name: analysis.get(name) for name in wanted}
        return gathered | {"session_id": conversation_of(call), "phone_number": call.customer}

    def _closed(self, call: LiveCall) -> Payload:
        closer = {"type": "AI", "name": call.record.assistant_name}
        return self._event(
            "conversation.closed", self._data(call) | {"closed_by": closer, "is_from_third_party": False}
        )

    def _data(self, call: LiveCall) -> Payload:
        contact = {"enriched_data": {"phone_number": call.customer}}
        return {"conversation_id": conversation_of(call), "timestamp": wall_clock(), "contact": contact}

    def _event(self, name: str, data: Payload) -> Payload:
        return {"event": name, "organization_id": ORG, "data": [data] if self._form == "list" else data}


def named(payload: Payload) -> Told:
    """An event with the name it has in its body."""
    return str(payload["event"]), payload


def conversation_of(call: LiveCall) -> str:
    """The conversation of whoever is on the line."""
    return conversation_with(call.customer)


def conversation_with(number: str) -> str:
    """The same for every call of one person."""
    return str(uuid.uuid5(_PEOPLE, number))
