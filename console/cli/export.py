"""`hookswitch export`: everything that is kept about one caller."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click
import orjson

from console.cli.callers import caller_of, caller_options
from console.cli.errors import CannotRun
from console.cli.output import json_option, talk
from console.cli.storage import data_dir_option, with_store
from console.privacy.export import Export
from console.progress import progress
from console.texts import printable
from store import seeking
from store.client import Store
from store.spoolfile import SpoolError


@click.command()
@caller_options
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write it to this file, for you alone.")
@click.option("--connection", default="", help="Only what came in on this connection.")
@json_option
@data_dir_option
def export(number: str, region: str, out: Path | None, connection: str, as_json: bool, data_dir: Path) -> None:
    """Show everything kept about the caller NUMBER: events, traces, answers, runs, memory, dead letters, the spool.

    The number is written in any notation. With --json each record is one line of JSON. Other people's numbers stay
    masked.
    """
    caller = caller_of(number, region)

    async def write(store: Store) -> int:
        exported, count = Export(store, caller, data_dir, connection), 0
        total = await seeking.count(store.redis)
        with _page(out) as page, progress("looking", total) as advance:
            async for record in exported.records(advance):
                page.write(_line(record) if as_json else _text(record))
                count += 1
        return count

    try:
        count = with_store(data_dir, write)
    except (OSError, SpoolError) as error:
        raise CannotRun(f"the export is not whole: {error}") from error
    talk().print(f"{count} records" if count else "nothing is kept about this number")


@contextmanager
def _page(out: Path | None) -> Iterator[IO[bytes]]:
    """Standard output, or a file that is there when it is whole, and that nobody else may read."""
    if out is None:
        yield sys.stdout.buffer
        return
    part = out.with_name(out.name + ".part")
    with os.fdopen(os.open(part, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "wb") as page:
        yield page
    part.replace(out)


def _line(record: dict[str, Any]) -> bytes:
    return orjson.dumps(record, default=str, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_APPEND_NEWLINE)


def _text(record: dict[str, Any]) -> bytes:
    """For people: a heading, then the record."""
    heading = " ".join(str(record[name]) for name in ("received_at", "what", "id", "of", "why") if name in record)
    body = orjson.dumps(record, default=str, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_INDENT_2).decode()
    return f"# {printable(heading)}\n{printable(body)}\n\n".encode()
