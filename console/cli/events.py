"""`hookswitch events`: what came in, newest first."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click
from rich.table import Table

from console.cli.output import data, json_option, numbers_option, print_json
from console.cli.storage import data_dir_option, with_store
from console.tracebook import event_summary
from store.client import Store


@click.command()
@click.option("-n", "--count", default=20, show_default=True, help="How many.")
@click.option("--kind", help="Only this kind.")
@click.option("--connection", help="Only this connection.")
@click.option("--call", help="Only this call id.")
@json_option
@numbers_option
@data_dir_option
def events(
    count: int, kind: str | None, connection: str | None, call: str | None, as_json: bool, numbers: bool, data_dir: Path
) -> None:
    """List the events that came in, newest first."""
    wanted = {"kind": kind, "connection": connection, "call": call}

    async def read(store: Store) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        async for stored in store.events.newest(100_000):
            event = stored.event
            values = {"kind": event.kind, "connection": event.connection, "call": event.call.id}
            if all(value in (None, values[name]) for name, value in wanted.items()):
                found.append(event_summary(stored, numbers=numbers))
            if len(found) == count:
                break
        return found

    found = with_store(data_dir, read)
    if as_json:
        print_json(found)
    else:
        data().print(_table(found))


def _table(found: list[dict[str, Any]]) -> Table:
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("received", "event", "connection", "kind", "from", "to", "status"):
        table.add_column(heading, no_wrap=True)
    for event in found:
        kind = event["kind"] + "".join(f" {tool['name']}" for tool in event["tools"])
        call = event["call"]
        at = event["received_at"][:23].replace("T", " ")
        table.add_row(at, event["id"], event["connection"], kind, call["from"], call["to"], event["status"])
    return table
