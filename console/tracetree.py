"""A trace as a tree that a person understands at a glance."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import orjson
from rich.markup import escape
from rich.tree import Tree

_STYLES = {
    "ran": "green", "done": "green", "failed": "red", "error": "red", "dead": "red", "not_matched": "dim",
    "overtaken": "dim", "disabled": "dim", "skipped": "yellow", "waiting": "yellow", "started": "yellow",
}  # fmt: skip
_LONGEST = 300


def trace_tree(record: dict[str, Any]) -> Tree:
    """Event, then stages, rules and answers."""
    event = record["event"]
    tree = Tree(_headline(event))
    if event.get("problem"):
        tree.add(f"[red]{escape(event['problem'])}[/]")
    if record["stages"]:
        tree.add("[dim]" + " → ".join(f"{stage['name']} {stage['ms']:g} ms" for stage in record["stages"]) + "[/]")
    for rule in record["rules"]:
        _add_rule(tree, rule)
    if not record["rules"]:
        tree.add("[dim]no rule listens to this event[/]")
    for answer in record["answers"]:
        tree.add(_answer(answer))
    return tree


def _headline(event: dict[str, Any]) -> str:
    tools = ", ".join(tool["name"] for tool in event["tools"])
    who = " → ".join(number or "unknown" for number in (event["call"]["from"], event["call"]["to"]))
    kind = event["kind"] + (f" ({tools})" if tools else "")
    generation = f" {event['generation']}" if event["generation"] else ""
    return (
        f"[bold]{escape(kind)}[/] on {escape(event['connection'])} [dim]{event['provider']}{generation}[/]  "
        f"{escape(who)}  {_styled(event['status'])}\n[dim]{event['id']}  {event['received_at']}[/]"
    )


def _add_rule(tree: Tree, rule: dict[str, Any]) -> None:
    tool = f" [dim]for {escape(rule['tool'])}[/]" if rule.get("tool") else ""
    branch = tree.add(
        f"[bold]{escape(rule['rule'])}[/]{tool}  {_styled(rule['outcome'])}  [dim]{escape(rule['file'])}[/]"
    )
    for condition in rule["conditions"]:
        branch.add(_condition(condition, rule["file"]))
    if rule.get("stopped_at"):
        branch.add(f"[dim]stopped at {escape(rule['stopped_at'])}[/]")
    if rule.get("error"):
        branch.add(f"[red]{escape(rule['error'])}[/]")
    for step in rule["steps"]:
        _add_step(branch, step)
    if rule.get("answer_at"):
        branch.add(f"[dim]answers at {escape(rule['answer_at'])}[/]")
    if rule.get("late"):
        branch.add(f"late: {escape(_short(rule['late']))}")


def _condition(condition: dict[str, Any], file: str) -> str:
    mark = {True: "[green]✓[/]", False: "[yellow]✗[/]"}.get(condition["value"], "[red]![/]")
    seen = ", ".join(f"{name} = {_short(value)}" for name, value in condition["seen"].items())
    error = f"  [red]{escape(condition['error'])}[/]" if condition.get("error") else ""
    where = f"{file.rpartition('/')[2]}:{condition['line']}"
    return f"{mark} {escape(condition['expr'])}  [dim]{escape(where)}  {escape(seen)}[/]{error}"


def _add_step(branch: Tree, step: dict[str, Any]) -> None:
    leaf = branch.add(f"step {escape(step['id'])}  {escape(step['action'])}  {_styled(step['state'])}")
    for number, attempt in enumerate(step["attempts"], 1):
        leaf.add("\n".join(_attempt(number, attempt)))
    if step.get("error"):
        leaf.add(f"[red]{escape(step['error'])}[/]")


def _attempt(number: int, attempt: dict[str, Any]) -> Iterator[str]:
    took = f"{attempt['ms']:g} ms" if "ms" in attempt else "unfinished"
    error = f"  [red]{escape(attempt['error'])}[/]" if attempt.get("error") else ""
    yield f"[dim]try {number}, {attempt['at'][11:23]}, {took}[/]{error}"
    for name in ("sent", "got"):
        if attempt.get(name) is not None:
            yield f"[dim]{name}[/] {escape(_short(attempt[name]))}"


def _answer(answer: dict[str, Any]) -> str:
    tool = f" to {answer['tool']}" if answer.get("tool") else ""
    by = f"rule [bold]{escape(answer['rule'])}[/]" if answer["by"] == "rule" else answer["by"]
    when = f" after {answer['ms']} ms" if "ms" in answer else ""
    late = " [yellow]late[/]" if answer["late"] else ""
    return f"[bold]answer[/]{escape(tool)} by {by}{when}{late}: {escape(_short(answer['sent']))}"


def _styled(word: str) -> str:
    return f"[{_STYLES.get(word, 'cyan')}]{word}[/]"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " …"
