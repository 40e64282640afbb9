"""Neutral answers in the platform's dialect. Pure and total; always 200, since the agent is told of other statuses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from receiver.providers.base import Answer, Reply
from receiver.providers.fluents import context, results
from store.event import Event

ANSWERS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "assistant-request": {"": context.KEYS},
    "tool-calls": {"": results.KEYS},
}


def reply(event: Event, answers: Sequence[Answer]) -> Reply:
    """What the platform gets; an empty object for events it does not wait for."""
    problems: list[str] = []
    return Reply(_body(event, answers, problems), problems=tuple(problems))


def _body(event: Event, answers: Sequence[Answer], problems: list[str]) -> dict[str, Any]:
    match event.kind:
        case "tool-calls":
            return results.body(event, answers, problems)
        case "assistant-request":
            return dict(context.body(answers[0].body if answers else {}, problems))
    return {}
