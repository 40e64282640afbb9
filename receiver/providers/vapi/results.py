"""The reply to tool-calls: one result for each tool, in the order they were asked. Results are single-line text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from receiver.providers.base import Answer
from receiver.providers.vapi.tools import LEGACY
from receiver.providers.vapi.wording import Body, one_line
from store.event import Event, ToolCall

KEYS = frozenset({"result", "error", "say"})

NO_ANSWER = "There is no answer to this at the moment."
"""What the agent reads when nobody, not even a fallback, answered a tool."""


def body(event: Event, answers: Sequence[Answer], problems: list[str]) -> Body:
    """An answer without a tool id is for every tool that has none of its own; of two for one tool the first counts."""
    by_tool: dict[str, Answer] = {}
    for answer in answers:
        by_tool.setdefault(answer.tool_id, answer)
    asked = [tool.id for tool in event.tools]
    problems += [f"tool {id_} was answered but not asked" for id_ in by_tool if id_ and id_ not in asked]
    results = [_item(tool, by_tool.get(tool.id) or by_tool.get(""), problems) for tool in event.tools]
    legacy = event.native == LEGACY and results
    return {"results": results} | ({"result": _said(results[0])} if legacy else {})


def _said(item: Mapping[str, Any]) -> str:
    """The one result of a legacy message, which has no word for an error."""
    return str(item.get("result", item.get("error")))


def _item(tool: ToolCall, answer: Answer | None, problems: list[str]) -> Body:
    given = answer.body if answer else {}
    key = next((key for key in ("result", "error") if key in given), "")
    item: Body = {"toolCallId": tool.id, "name": tool.name}
    if not key and "say" not in given:
        problems.append(f"tool {tool.id} has no answer")
    said = _text(given["say"], tool, problems) if "say" in given else ""
    item |= {key or "result": _text(given[key], tool, problems) if key else said or NO_ANSWER}
    return item | ({"message": _spoken(said, key)} if said else {})


def _spoken(said: str, key: str) -> Body:
    """A sentence the platform speaks as it is, instead of what the model would make of the result."""
    return {"type": "request-failed" if key == "error" else "request-complete", "content": said}


def _text(value: Any, tool: ToolCall, problems: list[str]) -> str:
    try:
        return one_line(value)
    except ValueError:
        problems.append(f"tool {tool.id}: the answer is not JSON")
        return NO_ANSWER
