"""`hookswitch functions`: what expressions can call, by example."""

from __future__ import annotations

import click
from rich.markup import escape

from console.cli.output import data, json_option, print_json
from console.reference.catalog import function_records


@click.command()
@json_option
def functions(as_json: bool) -> None:
    """List the functions that expressions can call: our own, and those of CEL that rules need most."""
    records = function_records()
    if as_json:
        print_json(records)
        return
    width = max(len(record["usage"]) for record in records if record["ours"])
    data().print("[dim]our own[/]")
    for record in records:
        if record["ours"]:
            data().print(f"  [bold]{escape(record['usage']):<{width}}[/]  {escape(record['doc'])}")
    data().print("\n[dim]of CEL; each example gives what stands behind the arrow[/]")
    for record in records:
        if not record["ours"]:
            data().print(f"  [bold]{escape(record['usage'])}[/] → {escape(record['gives'])}")
            data().print(f"      [dim]{escape(record['doc'])}[/]")
