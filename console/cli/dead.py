"""`hookswitch dead`: what was given up, and what to do about it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click
from rich.table import Table

from console.cli.errors import CannotRun
from console.cli.output import data, json_option, print_json, talk
from console.cli.storage import data_dir_option, with_store
from console.tracebook import moment
from store.client import Store
from store.deadletters import DeadLetter


@click.group()
def dead() -> None:
    """Dead letters: runs and events that were given up, until you retry or drop them."""


@dead.command("list")
@click.option("-n", "--count", default=50, show_default=True, help="How many.")
@json_option
@data_dir_option
def list_letters(count: int, as_json: bool, data_dir: Path) -> None:
    """List dead letters, newest first."""

    async def read(store: Store) -> list[DeadLetter]:
        return [letter async for letter in store.dead.newest(count)]

    letters = with_store(data_dir, read)
    if as_json:
        print_json([asdict(letter) for letter in letters])
        return
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in ("died", "letter", "connection", "kind", "tries", "reason"):
        table.add_column(heading)
    for letter in letters:
        at = moment(letter.died_ms)[:19].replace("T", " ")
        table.add_row(at, letter.work_id, letter.connection, letter.kind, str(letter.attempts), letter.reason)
    data().print(table)


@dead.command()
@click.argument("letter")
@json_option
@data_dir_option
def show(letter: str, as_json: bool, data_dir: Path) -> None:
    """Show one dead letter."""
    found = with_store(data_dir, lambda store: _find(store, letter))
    if as_json:
        print_json(asdict(found))
        return
    for name, value in asdict(found).items():
        if value not in ("", 0):
            data().print(f"{name.replace('_ms', ''):<11} {moment(value) if name == 'died_ms' else value}", markup=False)
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

    talk().print(f"retrying {with_store(data_dir, again)} dead letters")


@dead.command()
@click.argument("letters", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every dead letter there is.")
@data_dir_option
def drop(letters: tuple[str, ...], everything: bool, data_dir: Path) -> None:
    """Forget LETTERS; their events and traces stay."""
    _require_scope(letters, everything)

    async def away(store: Store) -> int:
        return sum([await store.dead.drop(letter) for letter in await _chosen(store, letters, everything)])

    talk().print(f"dropped {with_store(data_dir, away)} dead letters")


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
