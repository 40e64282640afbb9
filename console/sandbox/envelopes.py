"""The four events as each generation writes them.

Generation one is flat, with names of its own that differ from event to event. The later two wrap everything in
`message`, in camelCase (two) or snake_case (three). Where a page of the vendor contradicts another, the later
one is followed; every field here is documented.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from console.sandbox.livecall import LiveCall, wall_clock
from console.sandbox.script import Generation, ScriptTool

Payload = dict[str, Any]


class Envelope(Protocol):
    """One generation's way of writing the events."""

    def assistant_request(self, call: LiveCall) -> Payload: ...

    def tool_calls(self, call: LiveCall, tools: Sequence[ScriptTool]) -> Payload: ...

    def status_update(self, call: LiveCall, status: str) -> Payload: ...

    def report(self, call: LiveCall, summary: str, analysis: Mapping[str, Any]) -> Payload: ...


def failed_status(generation: Generation) -> str:
    """How a generation calls a call that ended in trouble."""
    return "ended-with-debugging" if generation == "g1" else "ended-with-error"


class FirstEnvelope:
    """Generation one. Times are epoch milliseconds."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now

    def assistant_request(self, call: LiveCall) -> Payload:
        return {"eventType": "assistant-request", "fromCaller": call.customer, "toAssistant": call.line}

    def tool_calls(self, call: LiveCall, tools: Sequence[ScriptTool]) -> Payload:
        return {
            "eventTime": self._millis(),
            "callId": call.record.id,
            **self._head("tool-calls", call),
            "tasksInitiated": [self._task(tool) for tool in tools],
            "userMetadata": None,
        }

    def status_update(self, call: LiveCall, status: str) -> Payload:
        payload = {
            "eventTimestamp": self._millis(),
            "callSession": call.record.id,
            **self._head("status-update", call),
            "status": status,
        }
        return payload | {"debugging-artifact": call.record.error} if status == "ended-with-debugging" else payload

    def report(self, call: LiveCall, summary: str, analysis: Mapping[str, Any]) -> Payload:
        return {
            "eventTimestamp": self._millis(),
            "callId": call.record.id,
            **self._head("end-of-call-report", call),
            "transcriptText": dutch_transcript(call.record.messages()),
            "summaryText": summary,
            "recordings": {"linkStereo": f"https://recordings.example.com/{call.record.id}.wav?token=sandbox"},
            "callLengthSeconds": round(call.record.duration, 1),
        }

    @staticmethod
    def _task(tool: ScriptTool) -> Payload:
        task: Payload = {"taskId": tool.id, "taskName": tool.name}
        return task | {"taskPayload": tool.arguments} if tool.arguments else task

    @staticmethod
    def _head(event: str, call: LiveCall) -> Payload:
        return {"eventType": event, "fromCaller": call.customer, "toAssistant": call.line}

    def _millis(self) -> int:
        return int(self._now() * 1000)


def dutch_transcript(messages: Sequence[Mapping[str, str]]) -> str:
    """One string, a line for each sentence, labelled in Dutch as the platform does."""
    labels = {"user": "Gebruiker", "assistant": "AI"}
    return "\n".join(f"{labels[message['role']]}: {message['content']}" for message in messages)


class SecondEnvelope:
    """Generation two: camelCase inside `message`, ISO times."""

    call_types: Mapping[str, str] = {"inbound": "inboundPhoneCall", "outbound": "outboundPhoneCall"}
    number_key = "phoneNumber"
    tools_key = "toolCallList"
    duration_key = "durationSeconds"

    def assistant_request(self, call: LiveCall) -> Payload:
        payload = self._message("assistant-request", call, "ringing")
        payload["message"]["call"]["pipeline"] = "standard"
        return payload

    def tool_calls(self, call: LiveCall, tools: Sequence[ScriptTool]) -> Payload:
        return self._message("tool-calls", call, "in-progress", {self.tools_key: [_function(tool) for tool in tools]})

    def status_update(self, call: LiveCall, status: str) -> Payload:
        more: Payload = {"error": call.record.error} if status == "ended-with-error" else {}
        return self._message("status-update", call, status, more)

    def report(self, call: LiveCall, summary: str, analysis: Mapping[str, Any]) -> Payload:
        more: Payload = {self.duration_key: int(call.record.duration), "summary": summary}
        if analysis:
            more["analysis"] = dict(analysis)
        return self._message("end-of-call-report", call, "ended", more)

    def _message(self, event: str, call: LiveCall, status: str, more: Payload | None = None) -> Payload:
        message = {
            "type": event,
            "timestamp": wall_clock(),
            "call": {"id": call.record.id, "type": self.call_types[call.record.direction], "status": status},
            self.number_key: self._number(call),
            "customer": {"number": call.customer},
        }
        return {"message": message | (more or {})}

    def _number(self, call: LiveCall) -> Payload:
        return {"number": call.line, "name": call.record.assistant_name}


def _function(tool: ScriptTool) -> Payload:
    return {"id": tool.id, "type": "function", "function": {"name": tool.name, "arguments": tool.arguments}}


class ThirdEnvelope(SecondEnvelope):
    """Generation three: snake_case, the resolved assistant in every later event, more in the report."""

    call_types: Mapping[str, str] = {"inbound": "inbound_phone_call", "outbound": "outbound_phone_call"}
    number_key = "phone_number"
    tools_key = "tool_call_list"
    duration_key = "duration_seconds"

    def status_update(self, call: LiveCall, status: str) -> Payload:
        payload = super().status_update(call, status)
        if call.record.end_reason and status.startswith("ended"):
            payload["message"]["end_reason"] = call.record.end_reason
        return payload

    def report(self, call: LiveCall, summary: str, analysis: Mapping[str, Any]) -> Payload:
        payload = super().report(call, summary, analysis)
        payload["message"] |= {
            "end_reason": call.record.end_reason,
            "started_at": call.record.started_at,
            "ended_at": call.record.ended_at,
            "messages": call.record.messages(),
        }
        return payload

    def _message(self, event: str, call: LiveCall, status: str, more: Payload | None = None) -> Payload:
        payload = super()._message(event, call, status, more)
        if event != "assistant-request":
            payload["message"]["assistant"] = call.config
        return payload

    def _number(self, call: LiveCall) -> Payload:
        return {"id": call.number_id} | super()._number(call)


ENVELOPES: Mapping[Generation, Envelope] = {"g1": FirstEnvelope(), "g2": SecondEnvelope(), "g3": ThirdEnvelope()}
