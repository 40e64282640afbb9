"""`hookswitch actions`: what a step can do, read off the registry that workers use."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import click
from rich.markup import escape

from console.cli.errors import CannotRun
from console.cli.output import data, json_option, print_json
from console.reference.catalog import IN_DOUBT, action_record, action_records
from rules.engine.findings import did_you_mean
from workers.actions import ACTIONS

Record = dict[str, Any]


@click.command()
@click.argument("name", default="")
@json_option
def actions(name: str, as_json: bool) -> None:
    """List the actions a step can name, or tell everything about NAME."""
    if name and name not in ACTIONS:
        hint = did_you_mean(name, ACTIONS) or "; `hookswitch actions` lists them"
        raise CannotRun(f'there is no action "{name}"{hint}')
    if as_json:
        print_json(action_record(ACTIONS[name]) if name else action_records())
        return
    for line in action_lines(action_record(ACTIONS[name])) if name else listing_lines(action_records()):
        data().print(line)


def listing_lines(records: list[Record]) -> Iterator[str]:
    """One line an action: its name, which platforms can do it where not all can, and its first sentence."""
    width = max(len(record["name"]) for record in records)
    for record in records:
        limits = "" if record["platforms"] is None else f"  [dim]{works_on(record)}[/]"
        yield f"[bold]{record['name']:<{width}}[/]  {escape(record['doc'].splitlines()[0])}{limits}"


def action_lines(record: Record) -> Iterator[str]:
    """Everything about one action."""
    yield f"[bold]{record['name']}[/]"
    yield escape(record["doc"])
    yield from _table("with", [(parameter, _remark(parameter)) for parameter in record["parameters"]])
    yield from _table("gives", [(output, output["type"]) for output in record["outputs"]])
    yield f"\n[dim]in doubt[/]   {record['in_doubt']}: {IN_DOUBT[record['in_doubt']]}"
    if record["needs_call"]:
        yield "[dim]needs[/]      a live call"
    if record["costs"]:
        yield f"[dim]costs[/]      money; held back by the ceiling {record['costs']} of its connection"
    yield f"[dim]works on[/]   {works_on(record)}"
    for provider, generation, why in not_on(record):
        yield f"[dim]not on[/]     {' '.join(filter(None, (provider, generation)))}: {why}"
    yield "\n[dim]example[/]"
    yield from (f"  {escape(line)}" for line in record["example"].splitlines())


def works_on(record: Record) -> str:
    """Which platforms can do it, with generations where a platform has several."""
    if record["platforms"] is None:
        return "every platform; it needs none"
    return ", ".join(
        f"{provider} ({', '.join(generations)})" if generations else provider
        for provider, generations in record["platforms"].items()
    )


def not_on(record: Record) -> Iterator[tuple[str, str, str]]:
    """Provider, generation and why it cannot do it."""
    for provider, told in sorted(record["reasons"].items()):
        for generation, why in sorted(told.items()):
            yield provider, generation, why


def _table(title: str, rows: list[tuple[Record, str]]) -> Iterator[str]:
    if not rows:
        return
    yield f"\n[dim]{title}[/]"
    name_width = max(len(entry["name"]) for entry, _ in rows)
    remark_width = max(len(remark) for _, remark in rows)
    for entry, remark in rows:
        yield f"  {entry['name']:<{name_width}}  [dim]{escape(f'{remark:<{remark_width}}')}[/]  {escape(entry['doc'])}"


def _remark(parameter: Record) -> str:
    if parameter["required"]:
        return f"{parameter['type']}, required"
    default = f", default {json.dumps(parameter['default'])}" if "default" in parameter else ""
    return f"{parameter['type']}{default}"
