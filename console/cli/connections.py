"""`hookswitch connections`: what a connection makes of a delivery, without sending or storing anything."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import orjson
from rich.markup import escape

from console.cli.completing import connection_names
from console.cli.desks import delivery, desk_of, inlet_options
from console.cli.output import data, json_option, numbers_option, print_json, talk
from console.cli.rulefiles import connections_option
from console.cli.storage import data_dir_option
from console.masking import mask_numbers
from console.rulebook import find_connections
from console.texts import printable
from console.tried import try_delivery

_LONGEST = 400


@click.group()
def connections() -> None:
    """Look at connections."""


@connections.command("try")
@click.argument("name", shell_complete=connection_names)
@click.option("--body", type=click.Path(path_type=Path, exists=True, dir_okay=False), help="The platform's payload.")
@inlet_options
@connections_option
@json_option
@numbers_option
@data_dir_option
@click.pass_context
def try_(
    ctx: click.Context, /, name: str, body: Path | None, connections: Path | None, as_json: bool, numbers: bool,
    data_dir: Path, **inlet: Any,
) -> None:  # fmt: skip
    """Show what connection NAME makes of a payload, and which of its auth entries would hold.

    Headers are given as they were sent; a signature is checked as of now. Exit 1 when the payload could not be read as
    the mapping says.
    """
    desk = desk_of(name, find_connections(connections, data_dir), data_dir)
    tried = try_delivery(desk, delivery(name, body, **inlet), datetime.now(UTC))
    record = tried.record()
    if not numbers:
        record = mask_numbers(record, tried.numbers())
    if as_json:
        print_json(record)
    else:
        for line in _lines(record):
            data().print(line)
        talk().print(f"nothing was stored; send it with `hookswitch simulate event FILE --connection {name}`")
    ctx.exit(int(any(event.problem for event in tried.events)))


def _lines(record: dict[str, Any]) -> Iterator[str]:
    for entry in record["auth"]:
        mark, why = ("[green]✓[/]", "") if entry["holds"] else ("[red]✖[/]", f": {escape(entry['reason'])}")
        yield f"{mark} auth {entry['entry']} {entry['scheme']}{why}"
    for event in record["events"]:
        yield from _event_lines(event)


def _event_lines(event: dict[str, Any]) -> Iterator[str]:
    yield f"[bold]{event['kind']}[/]" + (f" [dim]({escape(event['native'])})[/]" if event["native"] else "")
    if event["problem"]:
        yield f"  [red]{escape(event['problem'])}[/]"
    for name, value in event["fields"].items():
        yield f"  {name} [dim]=[/] {_shown(value)}"
    for tool in event["tools"]:
        yield f"  tool {_shown(tool['id'])} [dim]=[/] {_shown(tool['name'])} {_shown(tool['arguments'])}"
    key = event["dedup_key"]
    yield f"  [dim]{f'deduplicated by {escape(key)}' if key else 'not deduplicated'}[/]"
    if event["reply"] is not None:
        yield f"  [dim]its fallback would be sent as[/] {_shown(event['reply'])}"


def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else orjson.dumps(value, default=str).decode()
    return escape(printable(text if len(text) <= _LONGEST else text[:_LONGEST] + "…"))
