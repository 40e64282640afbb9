"""The reply to an action: JSON that the platform hands to its model as it is, with the status. Pure and total.

A failure is a 422 with one sentence: the model is told the status and can explain what happened. Nothing else of what
went wrong ever stands in it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from receiver.providers.base import Answer, Reply
from receiver.providers.payload import jsonable
from store.event import Event

KEYS = frozenset({"result", "error"})
ANSWERS: Mapping[str, Mapping[str, frozenset[str]]] = {"tool-calls": {"": KEYS}}

NO_ANSWER = "This did not work just now."
"""What the agent hears when a tool got neither a result nor an error."""

FAILED = 422


def reply(event: Event, answers: Sequence[Answer]) -> Reply:
    """What the platform gets; an empty object for events it does not wait for."""
    if event.kind != "tool-calls":
        return Reply()
    given = answers[0].body if answers else {}
    problems = [f"{key} cannot be said here" for key in given if key not in KEYS]
    problems += [f"tool {answer.tool_id} was answered but not asked" for answer in answers[1:]]
    try:
        body, status = _said(given, problems)
    except ValueError:
        problems.append("the answer is not JSON")
        body, status = {"error": NO_ANSWER}, FAILED
    return Reply(body, status, tuple(problems))


def _said(given: Mapping[str, Any], problems: list[str]) -> tuple[dict[str, Any], int]:
    if "result" in given:
        result = jsonable(given["result"])
        return (result if isinstance(result, dict) else {"result": result}), 200
    if "error" in given:
        return {"error": jsonable(given["error"])}, FAILED
    problems.append("the tool has no answer")
    return {"error": NO_ANSWER}, FAILED
