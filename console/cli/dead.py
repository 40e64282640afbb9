"""`hookswitch dead`: what was given up, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.markup import escape

from console.cli.errors import CannotRun
from console.cli.output import data, fits, json_option, listing, print_json, show_whole, talk
from console.cli.storage import data_dir_option, with_store
from console.masking import mask_numbers
from console.texts import printable
from console.tracebook import moment
from store.client import Store
from store.deadletters import DeadLetter


@click.group()
def dead() -> None:
    """Dead letters: runs and events that were given up, until you retry or drop them."""


@dead.command("list")
@click.option("-n", "--count", type=click.IntRange(1), default=50, show_default=True, help="How many.")
@json_option
@data_dir_option
def list_letters(count: int, as_json: bool, data_dir: Path) -> None:
    """List dead letters, newest first."""

    async def read(store: Store) -> list[DeadLetter]:
        return [letter async for letter in store.dead.newest(count)]

    letters = with_store(data_dir, read)
    if as_json:
        print_json([_shown(letter) for letter in letters])
    elif letters:
        _show_all([_row(letter) for letter in letters])
    else:
        talk().print("no dead letters")


def _shown(letter: DeadLetter) -> dict[str, Any]:
    shown: dict[str, Any] = mask_numbers(asdict(letter) | {"died_at": moment(letter.died_ms)})
    return shown


def _row(letter: DeadLetter) -> dict[str, str]:
    return {
        "died": moment(letter.died_ms)[:19].replace("T", " "),
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
@click.argument("letters", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every dead letter there is.")
@data_dir_option
def retry(letters: tuple[str, ...], everything: bool, data_dir: Path) -> None:
    """Try LETTERS again in the bulk lane; steps that are finished stay done."""
    _require_scope(letters, everything)

    async def again(store: Store) -> int:
        return sum([await store.dead.retry(letter) for letter in await _chosen(store, letters, everything)])

    talk().print(f"trying again: {with_store(data_dir, again)}")


@dead.command()
@click.argument("letters", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every dead letter there is.")
@data_dir_option
def drop(letters: tuple[str, ...], everything: bool, data_dir: Path) -> None:
    """Forget LETTERS; their events and traces stay."""
    _require_scope(letters, everything)

    async def away(store: Store) -> int:
        return sum([await store.dead.drop(letter) for letter in await _chosen(store, letters, everything)])

    talk().print(f"dropped: {with_store(data_dir, away)}")


def _require_scope(letters: tuple[str, ...], everything: bool) -> None:
    if bool(letters) == everything:
        raise CannotRun("name the dead letters, or say --all; `hookswitch dead list` shows them")


async def _chosen(store: Store, letters: tuple[str, ...], everything: bool) -> list[DeadLetter]:
    if everything:
        return [letter async for letter in store.dead.newest(await store.dead.count())]
    return [await _find(store, letter) for letter in letters]


async def _find(store: Store, work_id: str) -> DeadLetter:
    found = await store.dead.get(work_id)
    if found is None:
        raise CannotRun(f"there is no dead letter {work_id}; list them with `hookswitch dead list`")
    return found
