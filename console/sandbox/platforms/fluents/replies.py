"""What Fluents makes of a reply, read as strictly as its open-source ancestor reads it. Pure.

A result is an object and a spoken sentence a text, or the whole reply is of no use; the body of a 5xx is put before the
model and may be spoken. What becomes of a context endpoint that fails is not documented: here the call goes on without
variables.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from console.sandbox.caller import Pickup, ToolResults, Unreadable, json_object, spoken
from console.sandbox.courier import Reply

NO_AGENT = "no agent answers this number"

_VARIABLE = re.compile(r"\$\{(\w+)\}")


def read_context(reply: Reply) -> Pickup:
    """Read the reply of the context endpoint: variables for whatever agent the number has."""
    try:
        body = json_object(reply)
    except Unreadable as error:
        return Pickup("saved", problems=(f"assistant-request: {error}",))
    variables = {name: value for name, value in body.items() if isinstance(value, str)}
    problems = tuple(f"assistant-request: `{name}` is not a text" for name in body if name not in variables)
    known = ", ".join(f"{name}: {value}" for name, value in sorted(variables.items()))
    return Pickup("override", config={"context": variables}, knows=known, problems=problems)


def filled_in(text: str, variables: Mapping[str, str]) -> str:
    """A template with its variables; one that nobody gave is left out."""
    return _VARIABLE.sub(lambda match: variables.get(match[1], ""), text).strip()


def read_result(reply: Reply, asked: Sequence[str]) -> ToolResults:
    """Read the reply to the one tool that was asked."""
    try:
        return ToolResults({asked[0]: _said(reply)})
    except Unreadable as error:
        return ToolResults(_read_aloud(reply, asked[0]), (f"tool-calls: {error}",))


def _read_aloud(reply: Reply, tool: str) -> dict[str, str]:
    return {tool: reply.text} if reply.status >= 500 and reply.body else {}


def _said(reply: Reply) -> str:
    body = json_object(reply)
    result = body.get("result")
    if not isinstance(result, dict):
        raise Unreadable("`result` is not an object")
    if not isinstance(body.get("agent_message", ""), str):
        raise Unreadable("`agent_message` is not a string")
    return str(body.get("agent_message") or spoken(_worded(result)))


def _worded(result: dict[str, Any]) -> Any:
    """What the model words an answer from: the message where there is one."""
    return result["message"] if isinstance(result.get("message"), str) else result
