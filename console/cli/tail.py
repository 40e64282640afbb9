"""`hookswitch tail`: events as they are done."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

import click
import orjson
from rich.console import Console

from console.cli.output import data, json_option, numbers_option, talk
from console.cli.rulefiles import connections_option, rules_in_force, rules_option
from console.cli.storage import data_dir_option, with_store
from console.dev.lines import event_line
from console.rulebook import find_connections
from console.tail.feed import Away, Back, Feed, Filter
from console.tail.live import Means, Watch
from console.tail.state import State
from store.client import Store
from store.connections import load_connections


@click.command()
@click.option("--connection", default="", help="Only this connection.")
@click.option("--kind", default="", help="Only this kind.")
@click.option("--rule", default="", help="Only events that this rule had something to do with.")
@click.option("--outcome", default="", help="Only where that rule, or any, ended so: ran, failed, ...")
@click.option("--number", default="", help="Only calls from or to this number, in any notation, or its last digits.")
@click.option("-n", "--past", type=click.IntRange(0), help="How many past events to begin with; 100 on a terminal.")
@rules_option
@connections_option
@json_option
@numbers_option
@data_dir_option
def tail(
    connection: str, kind: str, rule: str, outcome: str, number: str, past: int | None, rules: Path,
    connections: Path | None, as_json: bool, numbers: bool, data_dir: Path,
) -> None:  # fmt: skip
    """Watch events as they are done: select one for its trace, replay it, filter, pause.

    Where nobody looks, one line each; with --json one line of JSON. Missed events are caught up on when the store was
    away. --numbers is for traces; the list never shows a number in full.
    """
    wanted = Filter(connection, kind, rule, outcome, number)
    in_lines = as_json or not (sys.stdin.isatty() and sys.stdout.isatty())
    means = Means(
        lambda: rules_in_force(rules, connections, data_dir),
        lambda: load_connections(find_connections(connections, data_dir), os.environ, "neither"),
    )

    async def watch(store: Store) -> None:
        if in_lines:
            await _lines(store, wanted, past or 0, as_json)
        else:
            await Watch(store, State(wanted), means, 100 if past is None else past, numbers, Console()).run()

    try:
        with_store(data_dir, watch)
    except (KeyboardInterrupt, asyncio.CancelledError, BrokenPipeError):
        _leave_quietly()


async def _lines(store: Store, wanted: Filter, past: int, as_json: bool) -> None:
    feed, away = Feed(store, past), False
    async for news in feed.news():
        if isinstance(news, Away):
            if not away:
                talk().print(f"the store is away: {news.why}", markup=False)
            away = True
        elif isinstance(news, Back):
            if away:
                talk().print("the store is back")
            away = False
        elif wanted.fits(news) and (not wanted.number or await feed.fits_number(news, wanted.number)):
            if as_json:
                click.echo(orjson.dumps(news))
            else:
                data().print(event_line(news))


def _leave_quietly() -> None:
    """Whoever read the lines may have gone: then nothing more can be written, not even at the end."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
