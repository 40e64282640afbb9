"""A rehearsal, and the decisions that would change, as lines for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from rich.markup import escape

from console.explain import why
from console.replay import Change
from console.texts import map_texts, printable
from console.tracebook import moment

_LONGEST, _CELL = 200, 60
_RESULTS = {
    "recorded": "result taken from the original run",
    "assumed": "taken to succeed",
    "refused": "refused",
    "unknown": "what it gives is not known; the rest of the rule hangs on it",
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
            yield f"  [dim]{step['line']:>4}[/]  {escape(step['action'])} {escape(_text(step['with']))}"
            error = f": {step['error']}" if step.get("error") else ""
            yield f"        [dim]{_RESULTS[step['result']]}{escape(error)}[/]"
    if not told["rules"]:
        yield "[dim]no rule listens to this event[/]"
    for answer in told["answers"]:
        yield f"[bold]answer[/]{_to(answer)} by {_by(answer)}"


def _to(answer: Record) -> str:
    return f" to {escape(answer['tool'])}" if answer.get("tool") else ""


def _by(answer: Record) -> str:
    if answer["by"] == "fallback":
        return "the connection's fallback"
    said = f"what step {answer['needs']} gives decides" if answer["needs"] else _text(answer["answer"])
    return f"rule [bold]{escape(answer['rule'])}[/]: {escape(said)}"


def change_rows(changes: Iterable[Change]) -> list[dict[str, str]]:
    """One row for each decision that would be another one."""
    return [
        {
            "received": moment(change.received_ms)[:19].replace("T", " "),
            "event": change.event,
            "kind": change.kind,
            "tool": change.tool,
            "what": change.about,
            "now": _decision(change.before),
            "then": _decision(change.after),
        }
        for change in changes
    ]


def _decision(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, str):
        return value.replace("_", " ")
    if "by" not in value:
        return f"{value['action']} {_text(value['with'], _CELL)}"
    if value["by"] == "fallback":
        return "fallback"
    return f"{value['rule']}: {_text(value['answer'], _CELL) if value['answer'] else 'undecided'}"


def _text(value: Any, longest: int = _LONGEST) -> str:
    text = orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    return text if len(text) <= longest else text[:longest] + " …"
