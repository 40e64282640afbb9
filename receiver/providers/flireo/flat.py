"""Generation one: everything at the top level, in camelCase, with names that differ from event to event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receiver.providers.flireo import words
from receiver.providers.flireo.identity import dedup_key
from receiver.providers.flireo.sections import Fields
from receiver.providers.payload import arguments, first, mapping, mappings, moment, number, text
from receiver.providers.toolcalls import all_named, tool_calls
from store.event import Call, Report


def holds(payload: dict[str, Any]) -> bool:
    """Whether this is a body of generation one."""
    return isinstance(payload.get("eventType"), str)


def fields(payload: dict[str, Any], kinds: Mapping[str, str]) -> Fields:
    """The fields of the event; `kinds` maps native names to ours."""
    native = text(payload["eventType"])
    kind = kinds.get(native, "unknown")
    at = moment(first(payload, "eventTime", "eventTimestamp"))
    call = _call(payload, kind)
    asked = [
        (text(task.get("taskId")), text(task.get("taskName")), arguments(task.get("taskPayload")))
        for task in (mappings(payload.get("tasksInitiated")) if kind == "tool-calls" else [])
    ]
    tools = tool_calls(asked)
    return {
        "generation": "g1",
        "kind": kind,
        "native": native,
        "occurred_at": at,
        "call": call,
        "tools": tools,
        "report": _report(payload) if kind == "end-of-call-report" else Report(),
        "dedup_key": dedup_key(native, call.id, at, text(payload.get("status")), tools if all_named(asked) else []),
    }


def _call(payload: dict[str, Any], kind: str) -> Call:
    native = text(payload.get("status"))
    return Call(
        id=text(first(payload, "callId", "callSession", "call_id")),
        from_=words.party(payload.get("fromCaller")),
        to=words.party(payload.get("toAssistant")),
        direction="inbound" if kind == "assistant-request" else "",
        status=words.status(native, kind),
        ended_reason=words.ended_reason(native, "", words.problem_text(payload.get("debugging-artifact"))),
        metadata=mapping(payload.get("userMetadata")),
    )


def _report(payload: dict[str, Any]) -> Report:
    return Report(
        summary=text(payload.get("summaryText")),
        transcript=text(payload.get("transcriptText")),
        recording_url=text(mapping(payload.get("recordings")).get("linkStereo")),
        duration=number(payload.get("callLengthSeconds")),
        analysis=mapping(payload.get("analysis")),
    )
