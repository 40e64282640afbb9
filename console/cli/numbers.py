"""`hookswitch numbers`: keep numbers where numbers.yaml says they belong.

Exit 0 when nothing differs, 1 with differences, 2 when it could not be done.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import click

from console.cli.errors import COULD_NOT_RUN, CannotRun
from console.cli.output import data, json_option, listing, numbers_option, print_json, show_whole, talk
from console.cli.storage import data_dir_option, with_store
from console.dev.session import remembered
from console.keeping import (
    NobodyKeeps,
    Progress,
    UnknownNumber,
    ask,
    could_not,
    deed,
    hindrance,
    id_of,
    ids_of,
    is_different,
    last_look,
    line,
    records,
    summary,
    to_do,
)
from console.keeping import pin as put_pin
from console.keeping import unpin as take_pin
from console.past.tracebook import moment
from console.pausing import user
from console.texts import printable
from store.audit import Deed
from store.client import Store
from store.masking import masked
from store.numbers import Wish

Look = dict[str, Any]


@click.group()
def numbers() -> None:
    """Phone numbers and the agents that answer them, as numbers.yaml beside the rules says."""


number_arguments = click.argument("chosen", nargs=-1, metavar="[NUMBER]...")
number_argument = click.argument("number", metavar="NUMBER")


@numbers.command()
@click.option("--last", is_flag=True, help="What the last look found, without asking the platforms.")
@numbers_option
@json_option
@data_dir_option
@click.pass_context
def plan(ctx: click.Context, last: bool, numbers: bool, as_json: bool, data_dir: Path) -> None:
    """Show where each number points, where it should, and what would be done about it. Changes nothing."""
    look = _last(data_dir) if last else _asked(data_dir, "look", progress=_progress)
    _show(look, as_json=as_json, whole=numbers)
    if not as_json:
        age = _age(look) if last else ""
        talk().print(f"{summary(look)}{age}", markup=False)
    ctx.exit(_code(look))


@numbers.command()
@number_arguments
@click.option("--yes", is_flag=True, help="Do it without asking.")
@numbers_option
@json_option
@data_dir_option
@click.pass_context
def apply(
    ctx: click.Context, chosen: tuple[str, ...], yes: bool, numbers: bool, as_json: bool, data_dir: Path
) -> None:  # fmt: skip
    """Point every NUMBER, or all, where it should point: also what somebody changed by hand, except what is pinned."""
    before = _asked(data_dir, "look")
    ids = _ids(before, chosen)
    concerned = before | {"rows": [row for row in before["rows"] if not ids or id_of(row) in ids]}
    if not _may(concerned, yes=yes):
        _show(concerned, as_json=as_json, whole=numbers)
        ctx.exit(_code(concerned))
    look = _asked(data_dir, "apply", ids, _progress)
    _show(look, as_json=as_json, whole=numbers)
    if not as_json:
        talk().print(summary(look), markup=False)
    ctx.exit(COULD_NOT_RUN if any(_failed(row) for row in look["rows"]) else _code(look))


@numbers.command()
@number_argument
@data_dir_option
def adopt(number: str, data_dir: Path) -> None:
    """Accept where NUMBER points now, until the plan wants another agent than it does today."""
    look = _asked(data_dir, "adopt", _ids(_last(data_dir), (number,)))
    (row,) = look["rows"]
    if not row["done"]:
        raise CannotRun(f"not adopted: {row['state']}; {row['why']}")
    talk().print(f"adopted: {row['present'] or 'nobody'} answers it until the plan changes", markup=False)


@numbers.command()
@number_argument
@click.option("--until", metavar="WHEN", help="When the pin ends: 90m, 7d, 2026-03-01T09:00 (UTC without a zone).")
@click.option("--why", default="", help="The reason, for those who wonder.")
@data_dir_option
def pin(number: str, until: str | None, why: str, data_dir: Path) -> None:
    """Leave NUMBER alone, whatever the plan says, until --until or `hookswitch numbers unpin`."""
    (id_,) = _ids(_last(data_dir), (number,))
    try:
        made = _with(data_dir, lambda store: put_pin(store, id_, user(), why, until or ""), deed("pin", [id_]))
    except ValueError as error:
        raise CannotRun(f"--until {error}") from error
    ends = f"until {moment(made.until_ms)}" if made.until_ms else "until `hookswitch numbers unpin`"
    talk().print(f"pinned {ends}", markup=False)


@numbers.command()
@number_argument
@data_dir_option
def unpin(number: str, data_dir: Path) -> None:
    """Take the pin of NUMBER away. What somebody changed meanwhile is drift: reported or mended, as the file says."""

    async def pinned(store: Store) -> Look:
        found = await store.numbers.pins()
        return {"rows": [dict(zip(("connection", "number"), id_.split("/", 1), strict=True)) for id_ in found]}

    try:
        (id_,) = ids_of(_with(data_dir, pinned)["rows"], (number,))
    except UnknownNumber as error:
        raise CannotRun(f"{number} has no pin; those in numbers.yaml are taken away there") from error

    _with(data_dir, lambda store: take_pin(store, id_, user()), deed("unpin", [id_]))
    talk().print("unpinned")


@numbers.command()
@click.argument("number", required=False)
@click.option("-n", "--count", type=click.IntRange(1), default=50, show_default=True, help="How many.")
@numbers_option
@json_option
@data_dir_option
def history(number: str | None, count: int, numbers: bool, as_json: bool, data_dir: Path) -> None:
    """What was done to numbers and noticed about them, newest first."""
    past = _with(data_dir, lambda store: store.numbers.past(count if number is None else 10_000))
    if number is not None:
        ids = _past_ids(past, number)
        past = [entry for entry in past if id_of(entry) in ids][:count]
    told = [_entry(entry, whole=numbers) for entry in past]
    if as_json:
        print_json(told)
    elif told:
        show_whole(data(), listing([{key: str(value) for key, value in each.items()} for each in told]))
    else:
        talk().print("nothing was done or noticed yet")


def _past_ids(past: list[Look], typed: str) -> set[str]:
    unique = {id_of(entry): entry for entry in past}
    try:
        return set(ids_of(unique.values(), (typed,)))
    except UnknownNumber as error:
        raise CannotRun(f"nothing is known of {typed}") from error


def _entry(entry: Mapping[str, Any], *, whole: bool) -> Look:
    shown = entry["number"] if whole else masked(entry["number"])
    return {"at": moment(entry["at_ms"]), "connection": entry["connection"], "number": shown} | {
        key: entry[key] for key in ("what", "from", "to", "by", "why")
    }


def _asked(data_dir: Path, wish: Wish, ids: Sequence[str] = (), progress: Progress | None = None) -> Look:
    """What came of asking the workers."""
    asking = partial(ask, wish=wish, by=user(), folder=_folder(data_dir), ids=ids, progress=progress)
    found: Look = _with(data_dir, asking, "" if wish == "look" else deed(wish, ids))
    return found


def _last(data_dir: Path) -> Look:
    found: Look = _with(data_dir, partial(last_look, folder=_folder(data_dir)))
    return found


def _folder(data_dir: Path) -> Path:
    """Where the rules are, as the environment or the last `dev` in this data folder says."""
    return Path({**remembered(data_dir), **os.environ}.get("HOOKSWITCH_RULES_DIR", "rules/live"))


def _with(data_dir: Path, work: Callable[[Store], Awaitable[Any]], did: str = "") -> Any:
    """Do it against the store, and note in the audit trail what a person did."""

    async def run(store: Store) -> Any:
        done = await work(store)
        if did:
            await store.audit.note(Deed(user(), did))
        return done

    try:
        return with_store(data_dir, run)
    except NobodyKeeps as error:
        raise CannotRun(str(error)) from error


def _ids(look: Look, typed: tuple[str, ...]) -> list[str]:
    try:
        return ids_of(look["rows"], typed)
    except UnknownNumber as error:
        raise CannotRun(str(error)) from error


def _may(look: Look, *, yes: bool) -> bool:
    """Whether there is something to do that may be done; asks on a terminal."""
    todo = to_do(look)
    if could_not(look):
        return False
    if why := hindrance(look):
        raise CannotRun(f"nothing may be changed: {why}")
    if not todo or yes:
        return bool(todo)
    if not sys.stdin.isatty():
        raise CannotRun("somebody has to say yes; look with `hookswitch numbers plan`, then add --yes")
    _show(look, as_json=False, whole=True)
    return click.confirm(f"Change {len(todo)} of them?", err=True)


def _show(look: Look, *, as_json: bool, whole: bool) -> None:
    told = records(look, whole=whole)
    if as_json:
        print_json({"at": moment(look["at_ms"]), "file": look["file"], "mode": look["mode"], "numbers": told})
    elif told:
        show_whole(data(), listing([{key: printable(cell) for key, cell in line(each).items()} for each in told]))


def _progress(done: int, total: int) -> None:
    if sys.stderr.isatty() and total:
        talk().print(f"{done} of {total} numbers", end="\r")


def _code(look: Look) -> int:
    return COULD_NOT_RUN if could_not(look) else int(is_different(look))


def _failed(row: Look) -> bool:
    return row["state"] in ("change", "mend") and bool(row["why"])


def _age(look: Look) -> str:
    minutes = max(0, round(datetime.now(UTC).timestamp() - look["at_ms"] / 1000)) // 60
    return f"; looked at {minutes} min ago"
