"""The reply to a custom external action: `{"result": {...}, "agent_message": "..."}`.

It is always as strict as the platform's ancestor reads it: `result` an object, `agent_message` a text or not there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import orjson

from receiver.providers.base import Answer
from receiver.providers.payload import jsonable
from store.event import Event

KEYS = frozenset({"result", "error", "say"})

NO_ANSWER = "There is no answer to this at the moment."
"""What the agent reads when nobody, not even a fallback, answered a tool."""

Body = dict[str, Any]


def body(event: Event, answers: Sequence[Answer], problems: list[str]) -> Body:
    """An answer without a tool id is for the tool too; of two for it the first counts."""
    asked = event.tools[0].id if event.tools else ""
    problems += [
        f"tool {each.tool_id} was answered but not asked" for each in answers if each.tool_id not in ("", asked)
    ]
    own = [answer for answer in answers if answer.tool_id == asked]
    given = next(iter(own or [answer for answer in answers if not answer.tool_id]), Answer({})).body
    spoken = _spoken(given, problems)
    return {"result": _result(given, spoken, problems)} | ({"agent_message": spoken} if spoken else {})


def _spoken(given: Mapping[str, Any], problems: list[str]) -> str:
    """A sentence the platform speaks as it is."""
    said = given.get("say", "")
    if isinstance(said, str):
        return _clean(said)
    problems.append("say is not a sentence")
    return ""


def _clean(said: str) -> str:
    """Without the halves of characters, which JSON cannot carry."""
    return said.encode("utf-8", "replace").decode()


def _result(given: Mapping[str, Any], spoken: str, problems: list[str]) -> Body:
    key = next((key for key in ("result", "error") if key in given), "")
    if not key and spoken:
        return {"message": spoken}
    try:
        value = jsonable(given.get(key, NO_ANSWER))
    except ValueError:
        problems.append(f"the {key} is not JSON")
        key, value = "", NO_ANSWER
    else:
        problems += [] if key else ["the tool has no answer"]
    return as_object(value) if key == "result" else {"success": False, "message": _as_text(value)}


def as_object(value: Any) -> Body:
    """An object as it is; a text under `message`, other JSON under `value`."""
    if isinstance(value, dict):
        return value
    return {"message" if isinstance(value, str) else "value": value}


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
