"""`hookswitch replay --against`: many past events through two folders of rules."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import orjson
from rich.console import Console
from rich.markup import escape

from console.cli.errors import CannotRun
from console.cli.output import data, fits, listing, print_json, show_whole, talk
from console.cli.storage import with_store
from console.masking import mask_numbers
from console.past.compare import Change, Comparison, compare
from console.past.comparetext import change_line, change_record, comparison_record, group_rows, stacked, summary
from console.progress import progress
from console.texts import printable
from rules.engine.findings import did_you_mean
from rules.engine.rule import Rule
from store.client import Store
from store.durations import seconds
from store.event import KINDS
from store.survey import Span, count

_DAY = "24h"
_FOREVER_MS = 10**14
"""Longer ago than any event, and few enough digits for any clock."""


@dataclass(frozen=True)
class Chosen:
    """Which events, and whether every change is told."""

    since: str | None = None
    until: str | None = None
    connection: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    every: bool = False

    def span(self, now_ms: int) -> Span:
        """The events meant; raises CannotRun."""
        unknown = next((kind for kind in self.kind if kind not in KINDS), None)
        if unknown is not None:
            hint = did_you_mean(unknown, KINDS) or "; see `hookswitch events --schema`"
            raise CannotRun(f'--kind: there is no kind "{unknown}"{hint}')
        begin = moment_ms("--since", _DAY if self.since is None else self.since, now_ms)
        end = now_ms if self.until is None else moment_ms("--until", self.until, now_ms)
        if begin > end:
            raise CannotRun("--since lies after --until: no event can be in between")
        return Span(begin, end, frozenset(self.connection), frozenset(self.kind))


def moment_ms(option: str, text: str, now_ms: int) -> int:
    """A duration back from now, or a moment, which is UTC unless it says otherwise. Raises CannotRun."""
    try:
        back = seconds(text) * 1000
    except ValueError:
        try:
            moment = datetime.fromisoformat(text.strip())
        except ValueError as error:
            examples = "such as 90m, 24h or 7d, nor a moment such as 2026-03-01T09:00"
            raise CannotRun(f"{option}: {text!r} is not a duration {examples}") from error
        at = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return max(0, round(at.timestamp() * 1000))
    return max(0, now_ms - round(min(back, _FOREVER_MS)))


def against_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """What narrows a comparison down, and how much of it is shown."""
    options = (
        click.option("--since", metavar="WHEN", help="How far back --against looks, such as 90m or 7d (24h if not"
                     " given), or a moment such as 2026-03-01T09:00, in UTC unless it names a zone."),
        click.option("--until", metavar="WHEN", help="Where it stops, written the same way; now if not given."),
        click.option("--connection", multiple=True, help="Only events of this connection; may be repeated."),
        click.option("--kind", multiple=True, help="Only events of this kind; may be repeated."),
        click.option("--all", "every", is_flag=True, help="Show every change in a line (with --json, one document a"
                     " line of an array), instead of one example of each sort."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def show_comparison(
    before: tuple[Rule, ...], after: tuple[Rule, ...], chosen: Chosen, data_dir: Path, *, as_json: bool, numbers: bool
) -> int:
    """Compare and tell; 1 when a decision would change, else 0."""
    writer = _Writer(as_json, numbers, data())
    began = time.perf_counter()

    async def play(store: Store) -> Comparison:
        nonlocal began
        whole_seconds, micros = await store.redis.time()
        span = chosen.span(whole_seconds * 1000 + micros // 1000)
        total = await count(store.redis, span)
        began = time.perf_counter()
        with progress("replaying", total, hidden=chosen.every and writer.out.is_terminal) as looked_at:
            hear = writer.change if chosen.every else _ignore
            return await compare(store, span, before, after, hear=hear, looked_at=looked_at)

    with writer.array() if chosen.every and as_json else nullcontext():
        found = with_store(data_dir, play)
    took = time.perf_counter() - began
    if not chosen.every:
        writer.groups(found, took)
    talk().print(summary(found, took))
    if found.changes and not chosen.every and not as_json:
        talk().print("one event of each sort is shown; --all shows every change")
    return int(bool(found.changes))


def _ignore(change: Change) -> None:
    """Nothing is told of a single change."""


@dataclass
class _Writer:
    """Writes changes as they are found, or their sorts in the end."""

    as_json: bool
    numbers: bool
    out: Console
    written: int = 0

    def change(self, change: Change) -> None:
        """One of all."""
        if self.as_json:
            record = self._shown(change_record(change))
            text = orjson.dumps(record, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
            click.echo(f"{',' if self.written else ''}\n{text}", nl=False)
        else:
            self.out.print(escape(printable(self._shown(change_line(change)))))
        self.written += 1

    @contextmanager
    def array(self) -> Iterator[None]:
        """Around the changes, so that together they are one JSON document."""
        click.echo("[", nl=False)
        try:
            yield
        finally:
            click.echo("\n]")

    def groups(self, found: Comparison, seconds_taken: float) -> None:
        """The sorts of changes."""
        if self.as_json:
            print_json(self._shown(comparison_record(found, seconds_taken)))
        elif found.groups:
            rows: list[dict[str, str]] = self._shown(group_rows(found))
            self._show(rows)

    def _show(self, rows: list[dict[str, str]]) -> None:
        table = listing(rows)
        if fits(self.out, table):
            show_whole(self.out, table)
            return
        for line in stacked(({name: printable(cell) for name, cell in row.items()} for row in rows), self.out.width):
            self.out.print(escape(line))

    def _shown(self, told: Any) -> Any:
        return told if self.numbers else mask_numbers(told)
