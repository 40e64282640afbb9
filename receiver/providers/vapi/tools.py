"""The tools of one delivery, whichever of the three lists and spellings they come in.

An entry is `{id, function: {name, arguments}}`, `{id, name, arguments}` or `{id, name, parameters}`; arguments are an
object or the same as a JSON text. `toolWithToolCallList` holds the tool's own configuration beside the call.
"""

from __future__ import annotations

from typing import Any

from receiver.providers.payload import arguments, first, mapping, mappings, number, text
from receiver.providers.toolcalls import Asked

LEGACY = "function-call"
"""The one tool of a legacy message, which has no id."""

DEFAULT_TIMEOUT = 20.0
LONGEST_TIMEOUT = 300.0
"""Seconds: what a server waits when nothing is set, and the most that can be set."""


def asked(message: dict[str, Any], native: str) -> list[Asked]:
    """Each tool in order: the first list that holds any."""
    if native == LEGACY:
        return [_asked(mapping(message.get("functionCall")))]
    lists = (mappings(message.get("toolCallList")), mappings(message.get("toolCalls")), _with_tools(message))
    return [_asked(entry) for entry in next(filter(None, lists), [])]


def timeout(message: dict[str, Any]) -> float:
    """Seconds the server waits that was asked: the tool's own, else the assistant's, else the number's."""
    own = [mapping(tool.get("server")) for tool in mappings(message.get("toolWithToolCallList"))]
    around = [mapping(mapping(message.get(name)).get("server")) for name in ("assistant", "phoneNumber")]
    default = _seconds(next(filter(None, around), {}))
    return min((_seconds(server) if server else default for server in own), default=default)


def _seconds(server: dict[str, Any]) -> float:
    stated = number(server.get("timeoutSeconds"))
    return min(max(stated, 1.0), LONGEST_TIMEOUT) if stated > 0 else DEFAULT_TIMEOUT


def _with_tools(message: dict[str, Any]) -> list[dict[str, Any]]:
    return [_named(tool) for tool in mappings(message.get("toolWithToolCallList")) if mapping(tool.get("toolCall"))]


def _named(tool: dict[str, Any]) -> dict[str, Any]:
    """The call with the name of its tool, where it has none of its own."""
    name = text(mapping(tool.get("function")).get("name")) or text(tool.get("name"))
    call = mapping(tool["toolCall"])
    return call if _name(call) else {**call, "name": name}


def _asked(entry: dict[str, Any]) -> Asked:
    function = mapping(entry.get("function"))
    given = first(function, "arguments", "parameters")
    if given is None:
        given = first(entry, "arguments", "parameters")
    return text(entry.get("id")), _name(entry), arguments(given)


def _name(entry: dict[str, Any]) -> str:
    return text(mapping(entry.get("function")).get("name")) or text(entry.get("name"))
