"""Vapi's server messages: one envelope, camelCase, epoch milliseconds, and the call with its control URL in each."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal

from console.sandbox.livecall import LiveCall
from console.sandbox.script import ScriptTool

Payload = dict[str, Any]
ToolShape = Literal["nested", "text", "flat", "parameters"]
"""How a tool call is written: the three documented shapes, and the first with its arguments as a JSON text."""

CALL_TYPES: Mapping[str, str] = {"inbound": "inboundPhoneCall", "outbound": "outboundPhoneCall"}
REASONS: Mapping[str, str] = {
    "user_hangup": "customer-ended-call",
    "assistant_hangup": "assistant-ended-call",
    "max_duration": "exceeded-max-duration",
    "transferred": "assistant-forwarded-call",
    "rejected": "assistant-request-returned-error",
}
"""The sandbox's end reasons in the platform's words; what is no reason of the sandbox's is written as it is."""
STATUSES: Mapping[str, str] = {"transferred": "ended", "rejected": "ended"}


class VapiEnvelope:
    """Writes the messages. `control_base` is where the sandbox is reached for live control."""

    def __init__(self, control_base: str, tools: ToolShape = "nested", now: Callable[[], float] = time.time) -> None:
        self._control_base = control_base
        self._tools = tools
        self._now = now

    def assistant_request(self, call: LiveCall) -> Payload:
        return self._message("assistant-request", call, "ringing", {})

    def tool_calls(self, call: LiveCall, tools: Sequence[ScriptTool]) -> Payload:
        asked = [tool_call(tool, self._tools) for tool in tools]
        configured = [
            {"type": "function", "function": {"name": tool.name}, "async": tool.async_, "toolCall": entry}
            for tool, entry in zip(tools, asked, strict=True)
        ]
        more = {"toolCallList": asked, "toolCalls": asked, "toolWithToolCallList": configured}
        return self._message("tool-calls", call, "in-progress", more)

    def status_update(self, call: LiveCall, status: str) -> Payload:
        more = {"status": status} | ({"endedReason": ended_reason(call)} if status == "ended" else {})
        return self._message("status-update", call, status, more)

    def report(self, call: LiveCall, summary: str, analysis: Mapping[str, Any]) -> Payload:
        more = {
            "endedReason": ended_reason(call),
            "startedAt": call.record.started_at,
            "endedAt": call.record.ended_at,
            "analysis": {"summary": summary, "successEvaluation": "true", "structuredData": dict(analysis)},
        }
        return self._message("end-of-call-report", call, "ended", more | self.left(call))

    def left(self, call: LiveCall) -> Payload:
        """What is left of a call when it is over."""
        return {"cost": round(call.record.duration * 0.001, 4), "artifact": self._artifact(call)}

    def spoken(self, call: LiveCall, role: str) -> list[tuple[str, Payload]]:
        """What is told when somebody has said a sentence."""
        told: list[tuple[str, Payload]] = [
            ("speech-update", {"status": "started", "role": role}),
            ("speech-update", {"status": "stopped", "role": role}),
            ("conversation-update", {"messages": self._turns(call), "messagesOpenAIFormatted": call.record.messages()}),
        ]
        return [(event, self._message(event, call, "in-progress", more)) for event, more in told]

    def call(self, call: LiveCall, status: str) -> Payload:
        """The call as it stands in messages and in the REST API."""
        record = call.record
        return {
            "id": record.id,
            "orgId": "org_sandbox",
            "type": CALL_TYPES[record.direction],
            "status": status,
            "createdAt": record.placed_at,
            "updatedAt": record.ended_at or record.placed_at,
            "customer": {"number": call.customer},
            "phoneNumberId": call.number_id,
            "assistantId": record.assistant_id,
            "monitor": {
                "controlUrl": f"{self._control_base}/{call.token}",
                "listenUrl": "wss://sandbox.invalid/listen",
            },
        }

    def _message(self, event: str, call: LiveCall, status: str, more: Payload) -> Payload:
        message = {
            "type": event,
            "timestamp": int(self._now() * 1000),
            "call": self.call(call, STATUSES.get(status, status)),
            "phoneNumber": {"id": call.number_id, "provider": "vapi", "number": call.line},
            "customer": {"number": call.customer},
        }
        assistant = {"assistant": call.config} if call.config else {}
        return {"message": message | assistant | more}

    def _artifact(self, call: LiveCall) -> Payload:
        labels = {"user": "User", "assistant": "AI"}
        lines = [f"{labels[turn['role']]}: {turn['content']}\n" for turn in call.record.messages()]
        url = f"https://recordings.example.com/{call.record.id}.wav"
        return {"transcript": "".join(lines), "messages": self._turns(call), "recordingUrl": url}

    @staticmethod
    def _turns(call: LiveCall) -> list[Payload]:
        roles = {"user": "user", "assistant": "bot"}
        return [{"role": roles[turn["role"]], "message": turn["content"]} for turn in call.record.messages()]


def ended_reason(call: LiveCall) -> str:
    """Why the call ended, in the platform's words."""
    reason = call.record.error or call.record.end_reason
    return REASONS.get(reason, reason)


def tool_call(tool: ScriptTool, shape: ToolShape) -> Payload:
    """One tool call in one of its shapes."""
    if shape == "flat":
        return {"id": tool.id, "name": tool.name, "arguments": tool.arguments}
    if shape == "parameters":
        return {"id": tool.id, "name": tool.name, "parameters": tool.arguments}
    given = json.dumps(tool.arguments) if shape == "text" else tool.arguments
    return {"id": tool.id, "type": "function", "function": {"name": tool.name, "arguments": given}}
