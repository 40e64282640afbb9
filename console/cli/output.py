"""How commands speak: data on stdout, talk on stderr, JSON when asked."""

from __future__ import annotations

import sys
from typing import Any

import click
import orjson
from rich.console import Console


def data() -> Console:
    """For what was asked for; wide where nobody looks, so that nothing is cut for a program."""
    return Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 240)


def talk() -> Console:
    """For everything else."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def print_json(value: Any) -> None:
    """One JSON document."""
    click.echo(orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_NON_STR_KEYS, default=str))


json_option = click.option("--json", "as_json", is_flag=True, help="JSON instead of text.")
numbers_option = click.option("--numbers", is_flag=True, help="Show phone numbers in full.")
