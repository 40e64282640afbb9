"""A rehearsal as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from rich.markup import escape

from console.past.explain import why
from console.texts import map_texts, printable

_LONGEST = 200
_RESULTS = {
    "recorded": "result taken from the original run",
    "assumed": "taken to succeed",
    "refused": "refused",
    "unknown": "what it gives is not known",
    "hanging": "it hangs on what an earlier step gives",
}
_STYLES = {"ran": "green", "failed": "red", "error": "red", "undecided": "yellow"}

Record = dict[str, Any]


def rehearsal_lines(told: Record) -> Iterator[str]:
    """What would happen, as rich markup."""
    told = map_texts(told, printable)
    for rule in told["rules"]:
        tool = f" for {rule['tool']}" if rule.get("tool") else ""
        outcome, style = rule["outcome"].replace("_", " "), _STYLES.get(rule["outcome"], "dim")
        yield f"[bold]{escape(rule['rule'])}[/]{escape(tool)} [{style}]{outcome}[/]: {escape(why(rule))}"
        for step in rule["steps"]:
            yield f"  [dim]{step['line']:>4}[/]  {escape(step['action'])} {escape(_with(step))}"
            error = f": {step['error']}" if step.get("error") else ""
            yield f"        [dim]{_RESULTS[step['result']]}{escape(error)}[/]"
    if not told["rules"]:
        yield "[dim]no rule listens to this event[/]"
    for answer in told["answers"]:
        yield f"[bold]answer[/]{_to(answer)} by {_by(answer)}"


def _with(step: Record) -> str:
    return "…" if step["with"] is None else shortened(step["with"])


def _to(answer: Record) -> str:
    return f" to {escape(answer['tool'])}" if answer.get("tool") else ""


def _by(answer: Record) -> str:
    if answer["by"] == "fallback":
        return "the connection's fallback"
    said = f"what step {answer['needs']} gives decides" if answer["needs"] else shortened(answer["answer"])
    return f"rule [bold]{escape(answer['rule'])}[/]: {escape(said)}"


def shortened(value: Any, longest: int = _LONGEST) -> str:
    """Any value as compact JSON, cut when it is long."""
    text = orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    return text if len(text) <= longest else text[:longest] + " …"
