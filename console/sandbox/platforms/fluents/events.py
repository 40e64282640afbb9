"""What Fluents sends: events in their envelope, tools by themselves, and who calls.

Of the payloads only that of human detection is documented; the others have the names of the platform's open-source
ancestor.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from console.sandbox.livecall import LiveCall
from console.sandbox.script import ScriptTool

Payload = dict[str, Any]
Told = tuple[str, Payload]
"""An event's name and its body."""
ToolBody = Literal["envelope", "bare"]
"""How a tool's arguments are sent: with the call's id beside them, or by themselves."""

SENDERS: Mapping[str, str] = {"user": "human", "assistant": "bot"}
FAILED = "error"
"""The status of a call that ended in trouble."""


class FluentsEnvelope:
    """Writes the bodies."""

    def __init__(self, tools: ToolBody = "envelope", now: Callable[[], float] = time.time) -> None:
        self._tools = tools
        self._now = now

    def assistant_request(self, call: LiveCall) -> Payload:
        """Who calls, in digits without a plus."""
        return {"phone_number": call.customer.removeprefix("+")}

    def tool_calls(self, call: LiveCall, tools: Sequence[ScriptTool]) -> Payload:
        """The only tool of a delivery."""
        given = tools[0].arguments
        return dict(given) if self._tools == "bare" else {"payload": given, "call_id": call.record.id}

    def status_update(self, call: LiveCall, status: str) -> Payload:
        """The start of a call, or how it ended."""
        if status == "in-progress":
            numbers = {"to_phone_number": call.record.to, "from_phone_number": call.record.from_}
            return _event("event_phone_call_connected", call, numbers)
        if status == FAILED:
            return _event("event_phone_call_did_not_connect", call, {"telephony_status": call.record.error})
        minutes = {"conversation_minutes": round(call.record.duration / 60, 3)}
        return _event("event_phone_call_ended", call, minutes)

    def report(self, call: LiveCall, summary: str, analysis: Mapping[str, Any]) -> Payload:
        """The conversation as it was said; nothing else is reported."""
        lines = [f"{SENDERS[turn['role']].upper()}: {turn['content']}" for turn in call.record.messages()]
        return _event("event_transcript", call, {"transcript": "\n".join(lines)})

    def recording(self, call: LiveCall) -> Payload:
        """A recording that can be fetched."""
        return _event(
            "event_recording", call, {"recording_url": f"https://recordings.example.com/{call.record.id}.mp3"}
        )

    def message(self, call: LiveCall, role: str) -> Payload:
        """The last sentence that somebody said."""
        said = call.record.messages()[-1]["content"]
        return _event("event_message", call, {"text": said, "sender": SENDERS[role], "timestamp": self._now()})

    def action(self, call: LiveCall, tool: ScriptTool, said: str) -> Payload:
        """An action that is done; empty when it brought nothing."""
        given = {"action_config": {"type": "action_external", "name": tool.name}, "params": tool.arguments}
        came = {"action_type": "action_external", "response": {"agent_message": said} if said else {}}
        return _event("event_action", call, {"action_input": given, "action_output": came})


def named(payload: Payload) -> Told:
    """An event with the name it has in its body."""
    return str(payload["type"]), payload


def _event(native: str, call: LiveCall, payload: Payload) -> Payload:
    return {"type": native, "call_id": call.record.id, "payload": payload}
