"""`limit`, `once` and `concurrency` in a test: a place is free unless the case says under `holds` that it is taken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from rules.engine.cel.expressions import EvaluationError, Expression
from rules.engine.playing.events import EventView, ToolView
from rules.engine.playing.play import Surroundings, evaluate_key, matches
from rules.engine.playing.played import Played
from rules.engine.rule import Rule


@dataclass(frozen=True)
class Held:
    """What holds a rule back."""

    played: Played | None = None
    """What became of it; None when it may go on."""
    wait: float = 0.0
    """Virtual seconds it waited for a place."""


def held_back(
    rule: Rule,
    view: EventView,
    tool: ToolView | None,
    surroundings: Surroundings,
    holds: Mapping[str, float],
    left: float | None,
) -> Held:
    """Asked once the conditions hold, as in a worker. `left`: how long somebody waits; None when nobody does."""
    if not (holds and (rule.concurrency or rule.limit or rule.once)):
        return Held()
    matched = matches(rule, view, tool, surroundings)
    if matched.outcome != "ran":
        return Held()
    wait = 0.0
    for name, key, waits in _asked(rule):
        try:
            known = evaluate_key(rule, key, view, tool, surroundings)
        except EvaluationError as error:
            return Held(_ended(matched, "error", name, f"the key: {error.message}"))
        until_free = holds.get(name, 0.0) if known else 0.0
        if until_free > 0 and not waits:
            return Held(_ended(matched, "limited", name, f"{name}: no place is free for this key"))
        wait += until_free
        if left is not None and wait >= left:
            return Held(_ended(matched, "limited", name, f"{name}: no place is free for this key"))
        if wait == float("inf"):
            return Held(_ended(matched, "parked", name, f"{name}: waiting for a place"))
    return Held(wait=wait)


def _asked(rule: Rule) -> Iterator[tuple[str, Expression | None, bool]]:
    """Each hold with its key, and whether the rule waits for a place. The newest run takes one with `restart`."""
    if rule.concurrency and rule.concurrency.mode != "restart":
        yield "concurrency", rule.concurrency.key, rule.concurrency.mode == "queue"
    if rule.limit:
        yield "limit", rule.limit.key, rule.limit.excess == "delay"
    if rule.once:
        yield "once", rule.once.key, False


def _ended(matched: Played, outcome: str, place: str, why: str) -> Played:
    matched.outcome, matched.stopped_at, matched.error = outcome, place, why
    return matched
