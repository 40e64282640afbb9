"""`hookswitch schema`: the JSON schemas that give editors completion and hover text."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click
import orjson

from console.cli.output import talk
from console.modelines import schema_file
from receiver.providers.samples import sample_names
from rules.engine.schema import cases_schema, connections_schema, rule_schema, vars_schema
from store.connections import Connection
from workers.actions.ports.table import PORTS
from workers.vocabulary import vocabulary

SCHEMAS: Mapping[str, Callable[[], dict[str, Any]]] = {
    "rule": lambda: rule_schema(vocabulary({})),
    "test": lambda: cases_schema(vocabulary({}), sample_names()),
    "connections": lambda: connections_schema(Connection, vocabulary({}), sorted(PORTS)),
    "vars": vars_schema,
}
"""What each is about → the schema for any installation, as it is committed."""


def schema_text(name: str) -> bytes:
    """One schema as it is written; keys keep their order, which editors show."""
    return orjson.dumps(SCHEMAS[name](), option=orjson.OPT_INDENT_2) + b"\n"


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
