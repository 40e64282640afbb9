"""The reply to tool-calls: one result for each tool, in the order they were asked."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson

from receiver.providers.base import Answer
from receiver.providers.payload import jsonable
from store.event import Event

NO_ANSWER = "There is no answer to this at the moment."
"""What the agent reads when nobody, not even a fallback, answered a tool."""

KEYS: Mapping[str, frozenset[str]] = dict.fromkeys(("g1", "g2", "g3"), frozenset({"result", "error"}))

Item = tuple[str, Any]
"""A tool's id and its result."""


def items(event: Event, answers: Sequence[Answer], problems: list[str]) -> list[Item]:
    """An answer without a tool id is for every tool that has none of its own; of two for one tool the first counts."""
    by_tool: dict[str, Answer] = {}
    for answer in answers:
        by_tool.setdefault(answer.tool_id, answer)
    asked = [tool.id for tool in event.tools]
    problems += [f"tool {id_} was answered but not asked" for id_ in by_tool if id_ and id_ not in asked]
    return [(id_, _result(by_tool.get(id_) or by_tool.get(""), id_, problems)) for id_ in asked]


def _result(answer: Answer | None, id_: str, problems: list[str]) -> Any:
    body = answer.body if answer else {}
    for key in ("result", "error"):
        if key in body:
            return _plain(body[key], id_, problems)
    if "say" in body:
        problems.append(f"tool {id_}: this platform cannot be told to say a sentence as it is; it went as the result")
        return _plain(body["say"], id_, problems)
    problems.append(f"tool {id_} has no answer")
    return NO_ANSWER


def _plain(value: Any, id_: str, problems: list[str]) -> Any:
    """The value as JSON and nothing else."""
    try:
        return jsonable(value)
    except ValueError:
        problems.append(f"tool {id_}: the result is not JSON")
        return NO_ANSWER


def _as_text(result: Any) -> str:
    return result if isinstance(result, str) else orjson.dumps(result).decode()


def _write_one(items: Sequence[Item]) -> dict[str, Any]:
    return {"results": [{"toolCallId": id_, "result": _as_text(result)} for id_, result in items]}


def _write_two(items: Sequence[Item]) -> dict[str, Any]:
    return {"results": [{"toolCallId": id_, "result": result} for id_, result in items]}


def _write_three(items: Sequence[Item]) -> dict[str, Any]:
    return {"results": [{"tool_call_id": id_, "toolCallId": id_, "result": result} for id_, result in items]}


WRITERS: Mapping[str, Callable[[Sequence[Item]], dict[str, Any]]] = {
    "g1": _write_one,
    "g2": _write_two,
    "g3": _write_three,
}
