"""`hookswitch reconcile`: compare the platforms' own lists of calls with what was received, and recover the rest.

The keys of the platforms' APIs are the workers' alone, so a worker does it; the command asks and waits.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from console.cli.against import moment_ms
from console.cli.errors import CannotRun
from console.cli.output import data, json_option, listing, print_json, show_whole, talk
from console.cli.storage import data_dir_option, with_store
from console.missed import is_a_finding, sentences
from store.client import Store
from store.durations import seconds

Record = dict[str, Any]

LOOK_EVERY = 0.2
"""Seconds between looks whether the worker is done."""
_NO_WORKER = "no worker is running, and only workers hold the keys of the platforms; start `hookswitch work`"


@click.command()
@click.option("--connection", multiple=True, metavar="NAME", help="Only this connection; may be given several times.")
@click.option("--since", metavar="WHEN", help="How far back, such as 90m or 7d, or a moment (24h if not given, "
              "and then not before the connection was first known).")  # fmt: skip
@click.option("--grace", default="5m", show_default=True, help="How long after its end a call's report may take.")
@click.option("--dry-run", is_flag=True, help="Only tell what is missing.")
@json_option
@data_dir_option
@click.pass_context
def reconcile(
    ctx: click.Context, connection: tuple[str, ...], since: str | None, grace: str, dry_run: bool, as_json: bool,
    data_dir: Path,
) -> None:  # fmt: skip
    """Ask each platform for its calls, and feed in the reports that never arrived, once, as `recovered` events.

    The exit code is 0 when nothing is missing any more, 1 when something is, or when a platform could not be asked.
    """
    wanted = _wanted(connection, since, grace, dry_run=dry_run)
    found = with_store(data_dir, lambda store: _ask(store, wanted))
    unknown = sorted(set(connection) - {each["connection"] for each in found})
    if unknown:
        raise CannotRun(f"no events come in on a connection called {', '.join(unknown)}, as far as workers know")
    if as_json:
        print_json({"connections": found})
    else:
        _show(found, dry_run=dry_run)
    ctx.exit(int(any(is_a_finding(each) for each in found)))


def _wanted(connections: tuple[str, ...], since: str | None, grace: str, *, dry_run: bool) -> Record:
    try:
        patience = seconds(grace)
    except ValueError as error:
        raise CannotRun(f"--grace: {error}") from error
    now_ms = round(datetime.now(UTC).timestamp() * 1000)
    begin = None if since is None else datetime.fromtimestamp(moment_ms("--since", since, now_ms) / 1000, UTC)
    return {
        "by": "hand",
        "connections": list(connections),
        "since": begin and begin.isoformat(),
        "grace": patience,
        "dry_run": dry_run,
    }


async def _ask(store: Store, wanted: Mapping[str, Any]) -> list[Record]:
    if not await store.queue.workers():
        raise CannotRun(_NO_WORKER)
    comparison_id = await store.reconciles.ask(wanted)
    while True:
        going_on = await store.reconciles.is_open(comparison_id)
        comparison = await store.reconciles.get(comparison_id)
        if comparison and comparison.report is not None:
            return list(comparison.report["connections"])
        if not going_on:
            raise CannotRun("the worker could not finish it; `hookswitch dead list` and its log say why")
        if not await store.queue.workers():
            raise CannotRun(f"{_NO_WORKER}; it then goes on by itself")
        await asyncio.sleep(LOOK_EVERY)


def _show(found: list[Record], *, dry_run: bool) -> None:
    if not found:
        talk().print("there is no connection with `auth`, so no events are expected")
        return
    show_whole(data(), listing([_row(each) for each in found]))
    for each in found:
        for sentence in sentences(each, dry_run=dry_run):
            talk().print(f"{each['connection']}: {sentence}", markup=False)


def _row(record: Record) -> dict[str, str]:
    if record["why"]:
        return {"connection": record["connection"], **dict.fromkeys(_COLUMNS, "-")}
    return {"connection": record["connection"], **{column: str(record[name]) for column, name in _COLUMNS.items()}}


_COLUMNS = {
    "calls": "known",
    "received whole": "whole",
    "missing": "missing",
    "recovered": "recovered",
    "in progress": "in_progress",
}
