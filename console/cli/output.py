"""How commands speak: data on stdout, talk on stderr, JSON when asked."""

from __future__ import annotations

import sys
from typing import Any

import click
import orjson
from rich.console import Console
from rich.markup import escape
from rich.measure import Measurement
from rich.table import Table

from console.texts import printable

UNCUT = 10_000
"""Columns of a page that nobody looks at: a program gets every line whole."""


def data() -> Console:
    """For what was asked for; never cut or wrapped where a program reads it."""
    return Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else UNCUT)


def talk() -> Console:
    """For everything else."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """One JSON document."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS, default=str))


def listing(rows: list[dict[str, str]]) -> Table:
    """A plain table; every row has the same columns."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in rows[0]:
        table.add_column(heading, no_wrap=True)
    for row in rows:
        table.add_row(*(escape(printable(cell)) for cell in row.values()))
    return table


def fits(console: Console, table: Table) -> bool:
    """Whether nothing of the table would be cut on this terminal."""
    unlimited = console.options.update(max_width=UNCUT)
    return Measurement.get(console, unlimited, table).maximum <= console.width


def show_whole(console: Console, table: Table) -> None:
    """The table with every cell whole, whatever the terminal does with longer lines."""
    console.width = UNCUT
    console.print(table)


json_option = click.option("--json", "as_json", is_flag=True, help="JSON instead of text.")
numbers_option = click.option("--numbers", is_flag=True, help="Show phone numbers in full.")
