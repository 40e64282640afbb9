"""What the caller gets out of a webhook's reply at Vapi, read as strictly as its pages say. Pure.

Only status 200 counts for tools, results are single-line text, and a reply to assistant-request that names nobody ends
the call. Nothing is repaired here: what would be ignored is ignored, and told as a problem.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from console.sandbox.caller import Pickup, ToolResults, Unreadable, json_object
from console.sandbox.courier import Reply

FAILED = "assistant-request-failed"
NO_ASSISTANT = "assistant-request-returned-no-assistant"
INVALID_ASSISTANT = "assistant-request-returned-invalid-assistant"
FORWARDED = "assistant-request-returned-forwarding-phone-number"

_NUMBER = re.compile(r"\+[1-9]\d{4,14}")
_SIP = re.compile(r"sips?:\S{3,250}")
_READ = frozenset({"assistantId", "assistant", "assistantOverrides", "destination", "error"})


def read_pickup(reply: Reply) -> Pickup:
    """Read the reply to an assistant-request; `error` outranks `destination`, which outranks any assistant."""
    try:
        body = json_object(reply)
    except Unreadable as error:
        return Pickup("lost", words=FAILED, problems=(f"assistant-request: {error}",))
    problems = tuple(f"assistant-request: `{key}` is not read" for key in body if key not in _READ)
    if isinstance(body.get("error"), str) and body["error"]:
        return Pickup("rejected", words=body["error"], problems=problems)
    if "destination" in body:
        return _forwarded(body["destination"], problems)
    return _assistant(body, problems)


def _forwarded(destination: Any, problems: tuple[str, ...]) -> Pickup:
    if not target_of(destination):
        return Pickup("lost", words=FAILED, problems=(*problems, "assistant-request: `destination` leads nowhere"))
    words = destination.get("message")
    return Pickup("forwarded", words=words if isinstance(words, str) else "", problems=problems)


def _assistant(body: Mapping[str, Any], problems: tuple[str, ...]) -> Pickup:
    overrides, config = _object(body, "assistantOverrides"), _object(body, "assistant")
    limit = (config | overrides).get("maxDurationSeconds")
    duration = float(limit) if isinstance(limit, int | float) and not isinstance(limit, bool) and limit > 0 else None
    if isinstance(body.get("assistantId"), str) and body["assistantId"]:
        return Pickup("hybrid", body["assistantId"], overrides, duration, problems=problems)
    if config:
        return Pickup("override", config=config | overrides, max_duration=duration, problems=problems)
    return Pickup("lost", words=NO_ASSISTANT, problems=(*problems, "assistant-request: the reply names no assistant"))


def target_of(destination: Any) -> str:
    """The number or SIP address of a destination; empty when it is none."""
    if not isinstance(destination, Mapping):
        return ""
    key, form = ("sipUri", _SIP) if destination.get("type") == "sip" else ("number", _NUMBER)
    value = destination.get(key)
    return value if isinstance(value, str) and form.fullmatch(value) else ""


def read_results(reply: Reply, asked: Sequence[str]) -> ToolResults:
    """Read the reply to tool-calls; `asked` are the ids in the request."""
    try:
        body = json_object(reply)
        if reply.status != 200:
            raise Unreadable(f"status {reply.status} is ignored, only 200 is read")
        items = body.get("results")
        if not isinstance(items, list):
            raise Unreadable("the reply has no `results` list")
    except Unreadable as error:
        return ToolResults({}, (f"tool-calls: {error}",))
    return _listed(items, asked)


def _listed(items: Sequence[Any], asked: Sequence[str]) -> ToolResults:
    results: dict[str, str] = {}
    problems: list[str] = []
    for item in items:
        try:
            tool_id, said = _result(item, asked)
        except Unreadable as error:
            problems.append(f"tool-calls: {error}")
        else:
            results[tool_id] = said
    problems += [f"tool-calls: {tool_id} was not answered" for tool_id in asked if tool_id not in results]
    return ToolResults(results, tuple(problems))


def _result(item: Any, asked: Sequence[str]) -> tuple[str, str]:
    """A tool's id and what is spoken: the reply's own message, else what the model makes of the result."""
    if not isinstance(item, dict) or not isinstance(item.get("toolCallId"), str):
        raise Unreadable("an entry of `results` has no `toolCallId`")
    tool_id = item["toolCallId"]
    if tool_id not in asked:
        raise Unreadable(f"{tool_id} was answered but never asked")
    if not isinstance(item.get("name"), str):
        raise Unreadable(f"{tool_id} has no `name`")
    said = item.get("result", item.get("error"))
    if not isinstance(said, str):
        raise Unreadable(f"the result of {tool_id} is not a string")
    if len(said.splitlines()) > 1:
        raise Unreadable(f"the result of {tool_id} has more than one line")
    spoken = _object(item, "message").get("content")
    return tool_id, spoken if isinstance(spoken, str) else said


def _object(body: Mapping[str, Any], key: str) -> dict[str, Any]:
    value = body.get(key)
    return value if isinstance(value, dict) else {}
