"""`hookswitch pause`: stop a rule, a connection or everything between two steps, and see what is stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from console.cli.completing import what_to_pause
from console.cli.errors import CannotRun
from console.cli.output import data, json_option, listing, print_json, show_whole, talk
from console.cli.rulefiles import connections_option, rules_option
from console.cli.storage import data_dir_option, with_store
from console.pausing import UnknownTarget, scope_of, shown, targets, user
from store.client import Store
from store.pauses import Pause


@click.command()
@click.argument("name", required=False, metavar="[RULE|CONNECTION|all]", shell_complete=what_to_pause)
@click.option("--why", default="", help="The reason, for those who wonder.")
@json_option
@rules_option
@connections_option
@data_dir_option
def pause(name: str | None, why: str, as_json: bool, rules: Path, connections: Path | None, data_dir: Path) -> None:
    """Pause a rule, the rules for events of a connection, or all of them; without a name, list what is paused.

    Within a second no worker begins another step. Runs wait until `hookswitch resume`; callers hear the next rule's
    answer or the fallback. Events are received and stored as always.
    """
    if name is None:
        show_paused(as_json, data_dir)
        return

    async def begin(store: Store) -> tuple[Pause, dict[str, int]]:
        try:
            scope = scope_of(name, (await targets(store, rules, connections, data_dir)).scopes)
        except UnknownTarget as error:
            raise CannotRun(str(error)) from error
        begun = await store.pauses.begin(scope, user(), why)
        return begun, await store.pauses.held([begun])

    begun, held = with_store(data_dir, begin)
    if as_json:
        print_json(shown(begun, held))
    talk().print(f"paused: {begun.scope}; it goes on with `hookswitch resume {begun.scope}`", markup=False)


@click.command()
@json_option
@data_dir_option
def paused(as_json: bool, data_dir: Path) -> None:
    """List what is paused, since when, by whom and why, and how many runs wait."""
    show_paused(as_json, data_dir)


def show_paused(as_json: bool, data_dir: Path) -> None:
    """Everything that is paused."""

    async def read(store: Store) -> list[dict[str, Any]]:
        pauses = (await store.pauses.all()).values()
        held = await store.pauses.held(pauses)
        return [shown(each, held) for each in pauses]

    found = with_store(data_dir, read)
    if as_json:
        print_json(found)
    elif found:
        show_whole(data(), listing([_row(each) for each in found]))
    else:
        talk().print("nothing is paused")


def _row(each: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in each.items()} | {"since": each["since"][:19].replace("T", " ")}
