"""`hookswitch doctor`: look at everything that must be right, and say of each finding what to do."""

from __future__ import annotations

from pathlib import Path

import click
from rich.table import Table

from console.checkup import Finding, examine
from console.cli.output import data, json_option, print_json
from console.cli.storage import data_dir_option
from receiver.settings import ReceiverSettings
from workers.settings import WorkerSettings

_MARKS = {"ok": "[green]✓[/]", "warning": "[yellow]▲[/]", "error": "[red]✖[/]"}


@click.command()
@json_option
@data_dir_option
@click.pass_context
def doctor(ctx: click.Context, as_json: bool, data_dir: Path) -> None:
    """Check the store, the connections, the rules and the workers; exit 1 when something is wrong."""
    findings = examine(ReceiverSettings(data_dir=data_dir), WorkerSettings(data_dir=data_dir))
    if as_json:
        print_json([finding.__dict__ for finding in findings])
    else:
        data().print(_table(findings))
    ctx.exit(int(any(finding.level == "error" for finding in findings)))


def _table(findings: list[Finding]) -> Table:
    table = Table.grid(padding=(0, 1))
    for finding in findings:
        advice = f"\n[dim]→ {finding.advice}[/]" if finding.advice else ""
        table.add_row(_MARKS[finding.level], finding.about, f"{finding.text}{advice}")
    return table
