"""`hookswitch schema`: the JSON schemas that give editors completion and hover text."""

from __future__ import annotations

from pathlib import Path

import click

from console.cli.output import talk
from console.reference.modelines import schema_file
from console.reference.schemas import SCHEMAS, schema_text


@click.command()
@click.argument("name", type=click.Choice(list(SCHEMAS)), required=False)
@click.option("--write", type=click.Path(path_type=Path, file_okay=False), help="Write it, or all, into this folder.")
def schema(name: str | None, write: Path | None) -> None:
    """Print the JSON schema of rule files, or of NAME; with --write and no NAME, write them all."""
    if write is None:
        click.echo(schema_text(name or "rule"), nl=False)
        return
    write.mkdir(parents=True, exist_ok=True)
    for each in [name] if name else SCHEMAS:
        (write / schema_file(each)).write_bytes(schema_text(each))
    talk().print(f"written to {write}")
