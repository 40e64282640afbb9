"""Generations two and three: `{"message": {"type": ...}}`, in camelCase and in snake_case.

Each name is read in both spellings, so that a body which mixes them loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receiver.providers.flireo import words
from receiver.providers.flireo.identity import dedup_key
from receiver.providers.flireo.sections import Fields
from receiver.providers.payload import arguments, first, mapping, mappings, moment, number, text
from receiver.providers.toolcalls import Asked, all_named, tool_calls
from store.conversation import Places
from store.event import Call, Report

_OF_TWO = frozenset({"phoneNumber", "toolCallList", "durationSeconds"})
_OF_THREE = frozenset({"phone_number", "tool_call_list", "duration_seconds"})
_PLACES = Places(turns=("message.messages",), transcript=("message.transcript",))


def named(message: dict[str, Any]) -> bool:
    """Whether the message says which event it is."""
    return isinstance(message.get("type"), str)


def fields(message: dict[str, Any], kinds: Mapping[str, str]) -> Fields:
    """The fields of the event; `kinds` maps native names to ours."""
    native, told = text(message.get("type")), mapping(message.get("call"))
    kind = kinds.get(native, "unknown")
    at, status = moment(message.get("timestamp")), text(told.get("status"))
    call = _call(message, told, words.status(status, kind), status)
    asked = _asked(message) if kind == "tool-calls" else []
    tools = tool_calls(asked) if asked else []
    found: Fields = {
        "generation": generation(message),
        "kind": kind,
        "native": native,
        "occurred_at": at,
        "call": call,
        "tools": tools,
        "dedup_key": dedup_key(native, call.id, at, status, tools if all_named(asked) else []),
    }
    if kind == "end-of-call-report":
        found["report"], found["conversation"] = _report(message), _PLACES
    return found


def generation(message: dict[str, Any]) -> str:
    """g2 when only its spelling is seen; g3, the current one, when there is nothing to tell or both are seen."""
    call_type = text(mapping(message.get("call")).get("type"))
    two = not _OF_TWO.isdisjoint(message) or call_type.endswith("Call")
    three = not _OF_THREE.isdisjoint(message) or call_type.endswith("_call")
    return "g2" if two and not three else "g3"


def _call(message: dict[str, Any], told: dict[str, Any], status: str, native: str) -> Call:
    direction = words.direction(told.get("type"))
    ours = words.party(mapping(first(message, "phone_number", "phoneNumber")).get("number"))
    theirs = words.party(mapping(message.get("customer")).get("number"))
    reason = text(first(message, "end_reason", "endReason"))
    return Call(
        id=text(told.get("id")),
        from_=ours if direction == "outbound" else theirs,
        to=theirs if direction == "outbound" else ours,
        direction=direction,
        status=status,
        ended_reason=words.ended_reason(native, reason, words.problem_text(message.get("error"))),
        metadata=mapping(mapping(message.get("assistant")).get("metadata")),
    )


def _asked(message: dict[str, Any]) -> list[Asked]:
    return [_asked_tool(item) for item in mappings(first(message, "tool_call_list", "toolCallList"))]


def _asked_tool(item: dict[str, Any]) -> Asked:
    function = mapping(item.get("function")) or item
    return text(item.get("id")), text(function.get("name")), arguments(function.get("arguments"))


def _report(message: dict[str, Any]) -> Report:
    return Report(
        summary=text(message.get("summary")),
        recording_url=text(first(message, "recording_url", "recordingUrl")),
        duration=number(first(message, "duration_seconds", "durationSeconds")),
        analysis=mapping(message.get("analysis")),
    )
