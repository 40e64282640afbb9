"""`hookswitch doctor`: look at everything that must be right, and say of each finding what to do."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
from rich.markup import escape
from rich.table import Table

from console.checkup import Finding, examine
from console.cli.output import data, json_option, print_json
from console.cli.storage import data_dir_option
from console.dev.session import remembered
from receiver.settings import ReceiverSettings
from workers.settings import WorkerSettings

_MARKS = {"ok": "[green]✓[/]", "warning": "[yellow]▲[/]", "error": "[red]✖[/]"}
_PLACES = {
    "connections": "HOOKSWITCH_CONNECTIONS",
    "rules_dir": "HOOKSWITCH_RULES_DIR",
    "public_url": "HOOKSWITCH_PUBLIC_URL",
}


@click.command()
@json_option
@click.option("--offline", is_flag=True, help="Ask no platform; tell what the store knows of their answers.")
@data_dir_option
@click.pass_context
def doctor(ctx: click.Context, as_json: bool, offline: bool, data_dir: Path) -> None:
    """Check the store, the connections, the rules and the workers; exit 1 when something is wrong.

    Each connection's API key is tried with one small read, and its webhooks on the platform are compared with ours.
    What the environment does not say is taken from the last `hookswitch dev` in the data folder.
    """
    environ = {**remembered(data_dir), **os.environ}
    places = _places(environ) | {"data_dir": data_dir}
    settings = ReceiverSettings(**places), WorkerSettings(**places)
    findings = asyncio.run(examine(*settings, environ, offline=offline))
    if as_json:
        print_json([finding.__dict__ for finding in findings])
    else:
        data().print(_table(findings), soft_wrap=False)
    ctx.exit(int(any(finding.level == "error" for finding in findings)))


def _places(environ: Mapping[str, str]) -> dict[str, Any]:
    return {field: environ[name] for field, name in _PLACES.items() if name in environ}


def _table(findings: list[Finding]) -> Table:
    table = Table.grid(padding=(0, 1))
    for finding in findings:
        advice = f"\n[dim]→ {escape(finding.advice)}[/]" if finding.advice else ""
        table.add_row(_MARKS[finding.level], escape(finding.about), f"{escape(finding.text)}{advice}")
    return table
