"""`hookswitch reference`: the reference pages of the documentation."""

from __future__ import annotations

from pathlib import Path

import click

from console.cli.output import talk
from console.reference.pages import pages


@click.command()
@click.option("--write", type=click.Path(path_type=Path, file_okay=False), help="Write the pages into this folder.")
def reference(write: Path | None) -> None:
    """Print the reference pages: actions, kinds, functions, capabilities, what check finds, metrics."""
    if write is None:
        for text in pages().values():
            click.echo(text)
        return
    write.mkdir(parents=True, exist_ok=True)
    for name, text in pages().items():
        (write / name).write_text(text, encoding="utf-8")
    talk().print(f"written to {write}")
