"""Neutral answers in the dialect that a mapping writes; without one, in a plain one of our own.

The plain one is `{"results": [{"id", "name", "result" or "error", "say"}]}` for tools, and the answer's own keys for
everything else that waits.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from receiver.providers.base import ANSWER_KEYS, Answer, Reply
from receiver.providers.mapping.cel import MISSING, OUTGOING, Failed, activation
from receiver.providers.mapping.limits import LARGEST_REPLY, check_work
from receiver.providers.mapping.plan import Plan
from receiver.providers.payload import jsonable
from store.event import KINDS, Event, ToolCall
from store.visible import without_nulls

NO_ANSWER = "There is no answer to this at the moment."
"""What the agent reads when nobody, not even a fallback, answered a tool."""


def reply_of(event: Event, answers: Sequence[Answer], plan: Plan) -> Reply:
    """What the platform gets; an empty object for events it does not wait for."""
    if not KINDS[event.kind].waits:
        return Reply()
    problems: list[str] = []
    given = _answers(event, answers, problems)
    shape = plan.reply.get(event.kind)
    if shape is None:
        return Reply(_plain(event, given), problems=tuple(problems))
    told = plan.told(event.kind)
    problems += [f"the reply to {event.kind} has no place for {key}" for key in sorted(_used(event, given) - told)]
    try:
        check_work(sum(each.loops for each in shape.expressions()), event.raw, given)
        body = _rendered(shape.give(_activation(event, given)))
    except Failed as failure:
        problems.append(f"the reply to {event.kind} of the mapping failed: {failure.message}")
        body = _plain(event, given)
    return Reply(body, problems=tuple(problems))


def _answers(event: Event, answers: Sequence[Answer], problems: list[str]) -> list[dict[str, Any]]:
    """What was said, one entry a tool, or one in all. An answer without a tool id is for every tool without its own."""
    if event.kind != "tool-calls":
        return [_jsonable(answers[0].body if answers else {}, problems)]
    by_tool: dict[str, Answer] = {}
    for answer in answers:
        by_tool.setdefault(answer.tool_id, answer)
    return [_of_tool(tool, by_tool.get(tool.id) or by_tool.get(""), problems) for tool in event.tools]


def _of_tool(tool: ToolCall, answer: Answer | None, problems: list[str]) -> dict[str, Any]:
    said = _jsonable(answer.body if answer else {}, problems)
    if not said.keys() & ANSWER_KEYS["tool-calls"]:
        problems.append(f"tool {tool.id} has no answer")
        said = {"result": NO_ANSWER}
    return {**said, "id": tool.id, "name": tool.name}


def _jsonable(body: Any, problems: list[str]) -> dict[str, Any]:
    try:
        return dict(jsonable(dict(body)))
    except ValueError:
        problems.append("the answer is not JSON")
        return {}


def _used(event: Event, given: list[dict[str, Any]]) -> set[str]:
    return {key for answer in given for key in answer.keys() & ANSWER_KEYS[event.kind]}


def _plain(event: Event, given: list[dict[str, Any]]) -> dict[str, Any]:
    return {"results": given} if event.kind == "tool-calls" else given[0]


def _activation(event: Event, given: list[dict[str, Any]]) -> Any:
    answers = [without_nulls({**answer, "text": _text(answer)}) for answer in given]
    seen = {"raw": without_nulls(event.raw), "native": event.native, "tool": event.tools[0].name if event.tools else ""}
    return activation(OUTGOING, {**seen, "answers": answers, "answer": answers[0] if answers else {}})


def _text(answer: dict[str, Any]) -> str:
    """The one thing that was said, as text."""
    found = next((answer[key] for key in ("result", "error", "say") if key in answer), "")
    return found if isinstance(found, str) else orjson.dumps(found).decode()


def _rendered(value: Any) -> dict[str, Any]:
    if value is MISSING or not isinstance(value, dict):
        raise Failed("it gives no map")
    try:
        size = len(orjson.dumps(value))
    except TypeError as error:
        raise Failed("it gives something that is not JSON") from error
    if size > LARGEST_REPLY:
        raise Failed(f"it gives more than {LARGEST_REPLY} bytes")
    return value
