"""`hookswitch schema`: the JSON schema that gives editors completion and hover text for rule files."""

from __future__ import annotations

from pathlib import Path

import click
import orjson

from console.cli.output import talk
from rules.engine.schema import rule_schema
from workers.vocabulary import vocabulary

COMMITTED = Path("rules/schema/rule.schema.json")


def schema_text() -> bytes:
    """The schema for any connections, as it is committed."""
    return orjson.dumps(rule_schema(vocabulary({})), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS) + b"\n"


@click.command()
@click.option("--write", type=click.Path(path_type=Path), help="Write it to this file instead of printing it.")
def schema(write: Path | None) -> None:
    """Print the JSON schema of rule files."""
    if write:
        write.write_bytes(schema_text())
        talk().print(f"written to {write}")
    else:
        click.echo(schema_text(), nl=False)
