"""`hookswitch dead`: what was given up, and what to do about it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import click
from rich.markup import escape

from console.cli.against import moment_ms
from console.cli.errors import CannotRun
from console.cli.output import data, fits, json_option, listing, print_json, show_whole, talk
from console.cli.storage import data_dir_option, with_store
from console.deadscope import Scope, age, grouped
from console.masking import mask_numbers
from console.past.tracebook import moment
from console.progress import progress
from console.texts import printable
from store.client import Store
from store.deadletters import DeadLetter


@click.group()
def dead() -> None:
    """Dead letters: runs and events that were given up, until you retry or drop them."""


@dataclass(frozen=True)
class Filter:
    """What was asked for on the command line."""

    rule: str | None = None
    reason: str | None = None
    since: str | None = None

    @property
    def is_empty(self) -> bool:
        return self == Filter()

    async def scope(self, store: Store) -> Scope:
        """Moments are those of the store's clock. Raises CannotRun."""
        since = 0 if self.since is None else moment_ms("--since", self.since, await _now_ms(store))
        return Scope(self.rule or "", self.reason or "", since)


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """--rule, --reason and --since."""
    for option in (
        click.option("--since", metavar="WHEN", help="Only those that died since then: 90m, 7d, 2026-03-01T09:00."),
        click.option("--reason", metavar="WORDS", help="Only those whose reason contains this."),
        click.option("--rule", metavar="RULE", help="Only those of this rule."),
    ):
        command = option(command)
    return command


def choice_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Which letters a verb is about, and whether it is only to say which."""
    for option in (
        click.option("--dry-run", is_flag=True, help="Say how many there are, and change nothing."),
        click.option("--yes", is_flag=True, help="Really every one, where --all stands alone."),
        filter_options,
        click.option("--all", "everything", is_flag=True, help="All that --rule, --reason and --since leave."),
        click.argument("letters", nargs=-1),
    ):
        command = option(command)
    return command


@dead.command("list")
@click.option("-n", "--count", type=click.IntRange(1), default=50, show_default=True, help="How many.")
@filter_options
@json_option
@data_dir_option
def list_letters(count: int, as_json: bool, data_dir: Path, **wanted: str | None) -> None:
    """List dead letters, newest first."""

    async def read(store: Store) -> tuple[list[DeadLetter], int]:
        return await _within(store, Filter(**wanted), count), await _now_ms(store)

    letters, now_ms = with_store(data_dir, read)
    if as_json:
        print_json([_shown(letter) for letter in letters])
    elif letters:
        _show_all([_row(letter, now_ms) for letter in letters])
    else:
        talk().print("no dead letters")


async def _within(store: Store, wanted: Filter, most: int | None = None) -> list[DeadLetter]:
    """The newest that are meant, at `most` so many."""
    scope = await wanted.scope(store)
    looked_at = most if most is not None and wanted.is_empty else await store.dead.count()
    return [letter async for letter in store.dead.newest(looked_at) if scope.holds(letter)][:most]


async def _now_ms(store: Store) -> int:
    seconds, micros = await store.redis.time()
    return int(seconds * 1000 + micros // 1000)


def _shown(letter: DeadLetter) -> dict[str, Any]:
    shown: dict[str, Any] = mask_numbers(asdict(letter) | {"died_at": moment(letter.died_ms)})
    return shown


def _row(letter: DeadLetter, now_ms: int) -> dict[str, str]:
    return {
        "died": moment(letter.died_ms)[:19].replace("T", " "),
        "age": age(letter.died_ms, now_ms),
        "letter": letter.work_id,
        "connection": letter.connection,
        "kind": letter.kind,
        "tries": str(letter.attempts),
        "reason": str(mask_numbers(letter.reason)),
    }


def _show_all(rows: list[dict[str, str]]) -> None:
    """A table where it fits, else two lines a letter; ids are never cut."""
    console = data()
    table = listing(rows)
    if fits(console, table):
        show_whole(console, table)
        return
    for row in rows:
        console.print(f"[dim]{row['died'][11:]}[/] {escape(printable(row['letter']))}")
        told = f"{row['connection']} {row['kind']}, tries: {row['tries']}, {row['reason']}"
        console.print(f"         {escape(printable(told))}")


@dead.command()
@click.argument("letter")
@json_option
@data_dir_option
def show(letter: str, as_json: bool, data_dir: Path) -> None:
    """Show one dead letter."""
    found = with_store(data_dir, lambda store: _find(store, letter))
    if as_json:
        print_json(_shown(found))
        return
    for name, value in _shown(found).items():
        if value and name != "died_ms":
            data().print(printable(f"{name.replace('_', ' '):<11} {value}"), markup=False)
    talk().print(f"why: hookswitch trace {found.event_id} · again: hookswitch dead retry {found.work_id}")


@dead.command()
@choice_options
@data_dir_option
def retry(data_dir: Path, **asked: Any) -> None:
    """Try LETTERS again in the bulk lane; steps that are finished stay done.

    With --all: all that --rule, --reason and --since leave. Every one there is takes --yes.
    """
    _do_with(data_dir, Choice.of(asked), "trying again", lambda store, letter: store.dead.retry(letter))


@dead.command()
@choice_options
@data_dir_option
def drop(data_dir: Path, **asked: Any) -> None:
    """Forget LETTERS; their events and traces stay.

    With --all: all that --rule, --reason and --since leave. Every one there is takes --yes.
    """
    _do_with(data_dir, Choice.of(asked), "dropped", lambda store, letter: store.dead.drop(letter))


@dataclass(frozen=True)
class Choice:
    """Letters by name, or all that a filter leaves."""

    letters: tuple[str, ...]
    filter: Filter
    dry_run: bool

    @classmethod
    def of(cls, asked: dict[str, Any]) -> Choice:
        """Read the options. Raises CannotRun for a choice that says nothing, two things, or more than it may mean."""
        wanted = Filter(asked["rule"], asked["reason"], asked["since"])
        if bool(asked["letters"]) == asked["everything"]:
            raise CannotRun("name the dead letters, or say --all; `hookswitch dead list` shows them")
        if asked["letters"] and not wanted.is_empty:
            raise CannotRun("--rule, --reason and --since go with --all")
        if asked["everything"] and wanted.is_empty and not (asked["yes"] or asked["dry_run"]):
            raise CannotRun(
                "--all without --rule, --reason or --since means every dead letter there is: look with --dry-run, "
                "then say --yes"
            )
        return cls(asked["letters"], wanted, asked["dry_run"])

    async def found(self, store: Store) -> list[DeadLetter]:
        """The letters, oldest first, so that they are taken up in the order in which they died."""
        if self.letters:
            return [await _find(store, letter) for letter in self.letters]
        return (await _within(store, self.filter))[::-1]


def _do_with(data_dir: Path, choice: Choice, done: str, verb: Callable[[Store, DeadLetter], Awaitable[bool]]) -> None:
    async def work(store: Store) -> tuple[list[DeadLetter], int]:
        letters = await choice.found(store)
        return letters, 0 if choice.dry_run else await _each(store, letters)

    async def _each(store: Store, letters: list[DeadLetter]) -> int:
        count = 0
        with progress("dead letters", len(letters)) as advance:
            for letter in letters:
                count += await verb(store, letter)
                advance(1)
        return count

    letters, count = with_store(data_dir, work)
    if not choice.dry_run:
        talk().print(f"{done}: {count}")
        return
    for group in grouped(letters):
        told = f"{group.count:>6}  {group.rule}  {mask_numbers(group.reason)}"
        data().print(printable(told), markup=False)
    talk().print(f"{done} without --dry-run: {len(letters)}; nothing was changed")


async def _find(store: Store, work_id: str) -> DeadLetter:
    found = await store.dead.get(work_id)
    if found is None:
        raise CannotRun(f"there is no dead letter {work_id}; list them with `hookswitch dead list`")
    return found
