"""An explanation as lines for a terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Any

import orjson
from rich.markup import escape

from console.past.tracetree import who_of
from console.texts import map_texts, printable

_MARKS = {True: "[green]✓[/]", False: "[yellow]✗[/]", None: "[red]✖[/]"}
_STYLES = {
    "ran": "green",
    "failed": "red",
    "error": "red",
    "limited": "yellow",
    "parked": "yellow",
    "undecided": "yellow",
}
_LONGEST = 300
_MOST_DEAF = 3

Record = dict[str, Any]


def explanation_lines(told: Record) -> Iterator[str]:
    """Rich markup, line by line."""
    told = map_texts(told, printable)
    event = told["event"]
    tools = {tool["id"]: tool["name"] for tool in event["tools"]}
    heading = " ".join([event["kind"], *tools.values()])
    where = f"{event['connection']} {event['id']}".strip()
    yield f"[bold]{escape(heading)}[/]  {escape(who_of(event))}  [dim]{escape(where)}[/]"
    for rule in told["rules"]:
        yield ""
        yield from _rule(rule, tools)
    deaf = told["not_listening"]
    if len(deaf) > _MOST_DEAF:
        yield f"\n[dim]· {len(deaf)} other rules do not listen to this; name one to see why[/]"
        return
    for rule in deaf:
        yield f"\n[dim]· {escape(rule['rule'])} did not look: {escape(rule['why'])}[/]"


def _rule(rule: Record, tools: dict[str, str]) -> Iterator[str]:
    tool = f" for {tools.get(rule['tool'], rule['tool'])}" if rule.get("tool") else ""
    outcome = rule["outcome"]
    style = _STYLES.get(outcome, "dim")
    said = outcome.replace("_", " ")
    yield f"[bold]{escape(rule['rule'])}[/]{escape(tool)} [{style}]{said}[/]: {escape(rule['why'])}"
    yield f"  [dim]{escape(rule['file'])}{_origin(rule)}[/]"
    for note in rule.get("holds", ()):
        yield f"  [dim]· {escape(note)}[/]"
    for _, lines in sorted(_by_line(rule), key=lambda told: told[0]):
        yield from lines
    if rule.get("answer") is not None:
        yield f"  [dim]it would answer[/] {escape(_short(rule['answer']))}"
    if rule.get("answer_at"):
        yield f"  [dim]it answers at {escape(rule['answer_at'])}[/]"


def _by_line(rule: Record) -> Iterator[tuple[int, Iterable[str]]]:
    """What was decided and done, each with its line in the file; what has none comes last."""
    for condition in rule["conditions"]:
        yield condition["line"], _condition(condition)
    for condition in rule["unreached"]:
        yield condition["line"], [f"  [dim]·{condition['line']:>4}  {escape(condition['expr'])}  (not reached)[/]"]
    for step in rule["steps"]:
        yield step.get("line", sys.maxsize), _step(step)


def _step(step: Record) -> Iterator[str]:
    yield f"  [dim]▸{step.get('line', ''):>4}[/]  {escape(step['action'])} ({escape(step['id'])}): {_state(step)}"
    if step.get("with"):
        yield f"         [dim]with[/] {escape(_short(step['with']))}"


def _origin(rule: Record) -> str:
    if rule["source"] == "journal":
        return ""
    if rule["source"] == "rehearsal":
        return ", in force now; the event left no record of it, so it was played again without effect"
    return "" if rule["in_force"] else f", in an earlier version ({rule['version'][:15]}) than the one in force"


def _condition(condition: Record) -> Iterator[str]:
    decides = condition["place"].rpartition("if")[0].rstrip(".")
    about = f"  [dim]({escape(decides)})[/]" if decides else ""
    yield f"  {_MARKS[condition['value']]}[dim]{condition['line']:>4}[/]  {escape(condition['expr'])}{about}"
    for name, value in condition["seen"].items():
        yield f"         [dim]{escape(name)} =[/] {escape(_short(value))}"
    if condition.get("error"):
        yield f"         [red]{escape(condition['error'])}[/]"


def _state(step: Record) -> str:
    words = {
        "unknown": "would be performed; what it gives is not known",
        "assumed": "would be performed",
        "recorded": "was performed",
        "refused": "would be refused",
        "hanging": "hangs on what an earlier step gives",
    }
    error = f", {step['error']}" if step.get("error") else ""
    return escape(f"{words.get(step['state'], step['state'])}{error}")


def _short(value: Any) -> str:
    text = orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " …"
