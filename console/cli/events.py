"""`hookswitch events`: what came in, newest first."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import click

from console.cli.completing import connection_names
from console.cli.kinds import show_kinds
from console.cli.output import data, fits, json_option, listing, numbers_option, print_json, show_whole, talk
from console.cli.storage import data_dir_option, with_store
from console.past.tracebook import event_summary
from console.progress import Advance, progress
from store.client import Store
from store.look import Row, Wanted, look

PAGE = 100
"""Events that are read at a time."""
_LEFT_OUT = ((), ("connection",), ("connection", "from"), ("connection", "from", "to"))
"""What a narrow terminal does without, so that ids stay whole; `trace` has it all."""


@click.command()
@click.argument("kind", required=False)
@click.option("--schema", is_flag=True, help="Instead of events, show the kinds there are, or what rules see of KIND.")
@click.option("-n", "--count", type=click.IntRange(1), default=20, show_default=True, help="How many.")
@click.option("--connection", help="Only this connection.", shell_complete=connection_names)
@click.option("--call", help="Only this call id.")
@json_option
@numbers_option
@data_dir_option
def events(
    kind: str | None, schema: bool, count: int, connection: str | None, call: str | None, as_json: bool, numbers: bool,
    data_dir: Path,
) -> None:  # fmt: skip
    """List the events that came in, of KIND or of any, newest first."""
    if schema:
        show_kinds(kind, as_json)
        return
    wanted = Wanted(kind=kind or "", connection=connection or "", call=call or "")

    async def read(store: Store) -> list[dict[str, Any]]:
        with progress("looking back", await store.events.count()) as advance:
            return [event_summary(row, numbers=numbers) async for row in _rows(store, wanted, count, advance)]

    found = with_store(data_dir, read)
    if as_json:
        print_json(found)
    elif found:
        _show([_row(event) for event in found])
    else:
        talk().print("no such event" if wanted != Wanted() else "no events yet; `hookswitch simulate call` makes some")


async def _rows(store: Store, wanted: Wanted, count: int, advance: Advance) -> AsyncIterator[Row]:
    """The newest that are wanted, through everything that is kept if need be."""
    cursor, left = "", count
    while True:
        view = await look(store.redis, wanted, min(left, PAGE), cursor)
        for row in view.rows:
            yield row
        advance(view.looked_at)
        cursor, left = view.next, left - len(view.rows)
        if not cursor or not left:
            return


def _row(event: dict[str, Any]) -> dict[str, str]:
    return {
        "received": event["received_at"][:19].replace("T", " "),
        "event": event["id"],
        "connection": event["connection"],
        "kind": " ".join([event["kind"], *_named(event), *(["(recovered)"] if event.get("recovered") else [])]),
        "from": event["call"]["from"],
        "to": event["call"]["to"],
        "status": event["status"],
    }


def _named(event: dict[str, Any]) -> list[str]:
    """The rule or the emitted name it is about, or the tools."""
    return [name for name in (event.get("name"), *(tool["name"] for tool in event["tools"])) if name]


def _show(rows: list[dict[str, str]]) -> None:
    """As many columns as fit; a program gets all, and nothing is ever cut."""
    console = data()
    tables = [listing([_without(row, names) for row in rows]) for names in _LEFT_OUT]
    show_whole(console, next((table for table in tables if fits(console, table)), tables[-1]))


def _without(row: dict[str, str], names: tuple[str, ...]) -> dict[str, str]:
    if not names:
        return row
    short = {"received": row["received"][11:]}
    return {name: short.get(name, cell) for name, cell in row.items() if name not in names}
