"""`hookswitch resume`: let what is paused go on where it stopped, or end the runs that waited."""

from __future__ import annotations

from pathlib import Path

import click

from console.cli.completing import what_to_pause
from console.cli.errors import CannotRun
from console.cli.output import talk
from console.cli.storage import data_dir_option, with_store
from console.pausing import UnknownTarget, scope_of, user
from store.client import Store
from store.pauses import Lifted


@click.command()
@click.argument("name", metavar="RULE|CONNECTION|all", shell_complete=what_to_pause)
@click.option("--drop", is_flag=True, help="End the runs that wait instead; their events and traces stay.")
@data_dir_option
def resume(name: str, drop: bool, data_dir: Path) -> None:
    """Lift a pause: the runs that no other pause covers go on exactly where they stopped."""

    async def lift(store: Store) -> tuple[str, Lifted, list[str]]:
        scope = await _paused_scope(store, name)
        lifted = await (store.pauses.drop(scope, user()) if drop else store.pauses.resume(scope))
        return scope, lifted, list(await store.pauses.all())

    scope, lifted, left = with_store(data_dir, lift)
    became = "ended" if drop else "go on"
    talk().print(f"resumed: {scope}; runs that {became}: {lifted.runs}", markup=False)
    if left:
        talk().print(f"still paused: {', '.join(left)}", markup=False)


async def _paused_scope(store: Store, name: str) -> str:
    try:
        return scope_of(name, await store.pauses.all())
    except UnknownTarget as error:
        others = ", ".join(await store.pauses.all()) or "nothing"
        raise CannotRun(f"{name} is not paused; what is: {others}") from error
