"""What `hookswitch events --schema` shows: the kinds of events, and the names rules may use of each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rich.markup import escape

from console.cli.errors import CannotRun
from console.cli.output import data, print_json
from console.reference.catalog import kind_record, kind_records
from rules.engine.findings import did_you_mean
from store.event import KINDS

Record = dict[str, Any]


def show_kinds(kind: str | None, as_json: bool) -> None:
    """All kinds, or everything about one."""
    if kind and kind not in KINDS:
        raise CannotRun(
            f'there is no kind "{kind}"{did_you_mean(kind, KINDS)}; `hookswitch events --schema` lists them'
        )
    if as_json:
        print_json(kind_record(KINDS[kind]) if kind else kind_records())
        return
    for line in _one(kind_record(KINDS[kind])) if kind else _all(kind_records()):
        data().print(line)


def _all(records: list[Record]) -> Iterator[str]:
    width = max(len(record["name"]) for record in records)
    for record in records:
        waits = "  [yellow](somebody waits)[/]" if record["waits"] else ""
        yield f"[bold]{record['name']:<{width}}[/]  {escape(record['doc'])}{waits}"


def _one(record: Record) -> Iterator[str]:
    yield f"[bold]{record['name']}[/]\n{escape(record['doc'])}"
    if record["waits"]:
        yield f"[dim]somebody waits[/]   an answer may have {', '.join(record['answers'])}"
    if record["filter"]:
        yield f"[dim]filter[/]           `on: {{ {record['name']}: VALUE }}` compares {record['filter']}"
    for provider, natives in record["natives"].items():
        yield f"[dim]{provider:<16}[/] {escape(', '.join(natives))}"
    yield ""
    width = max(len(name["name"]) for name in record["names"])
    for name in record["names"]:
        yield f"  {name['name']:<{width}}  [dim]{name['type']:<9}[/]  {escape(name['doc'])}"
