"""Neutral answers in the platform's dialect. Pure and total; always status 200, since any other loses the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from receiver.providers.base import Answer, Reply
from receiver.providers.vapi import assistants, others, results
from receiver.providers.vapi.wording import Body
from store.event import Event

ANSWERS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "assistant-request": {"": assistants.KEYS},
    "tool-calls": {"": results.KEYS},
    "transfer-request": {"": others.TRANSFER_KEYS},
    "knowledge-request": {"": others.KNOWLEDGE_KEYS},
    "dial-request": {"": others.DIAL_KEYS},
}


def reply(event: Event, answers: Sequence[Answer]) -> Reply:
    """What the platform gets; an empty object for events it does not wait for."""
    problems: list[str] = []
    return Reply(_body(event, answers, problems), problems=tuple(problems))


def _body(event: Event, answers: Sequence[Answer], problems: list[str]) -> Body:
    given = answers[0].body if answers else {}
    match event.kind:
        case "tool-calls":
            return results.body(event, answers, problems)
        case "assistant-request":
            return assistants.body(given, problems)
        case "transfer-request":
            return others.transfer(given, event.native, problems)
        case "knowledge-request":
            return others.knowledge(given, problems)
        case "dial-request":
            return others.dial(given, problems)
    return {}
