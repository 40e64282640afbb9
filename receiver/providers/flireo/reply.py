"""Neutral answers in the dialect of the generation that asked.

Pure and total: what a generation cannot say is left out and told in `problems`, and what remains is always a reply the
platform can use, if it has one at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from receiver.providers.base import Answer, Reply
from receiver.providers.flireo import assistants, results
from store.event import Event

ANSWERS: Mapping[str, Mapping[str, frozenset[str]]] = {
    "assistant-request": assistants.KEYS,
    "tool-calls": results.KEYS,
}


def reply(event: Event, answers: Sequence[Answer]) -> Reply:
    """What the platform gets; an empty object for events it does not wait for."""
    problems: list[str] = []
    generation = event.generation if event.generation in results.WRITERS else "g3"
    if event.kind == "tool-calls":
        items = results.items(event, answers, problems)
        body = results.WRITERS[generation](items)
    elif event.kind == "assistant-request":
        body = assistants.body(answers[0].body if answers else {}, generation, problems)
    else:
        body = {}
    return Reply(body, problems=tuple(problems))
