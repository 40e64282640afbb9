"""`hookswitch replay`: events once more, without any effect unless asked for."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

from console.cli.against import Chosen, against_options, show_comparison
from console.cli.completing import event_ids
from console.cli.errors import CannotRun
from console.cli.output import data, json_option, numbers_option, print_json, talk
from console.cli.rulefiles import connections_option, rules_in_force, rules_option
from console.cli.storage import data_dir_option, with_store
from console.masking import mask_numbers
from console.past.replay import rehearsal, replay_live
from console.past.replaytext import rehearsal_lines
from console.rulebook import find_connections
from rules.engine.rule import Rule
from store.client import Store
from store.connections import load_connections
from store.events import StoredEvent


@click.command()
@click.argument("event", required=False, shell_complete=event_ids)
@click.option("--against", type=click.Path(path_type=Path, exists=True, file_okay=False),
              help="Compare the rules in force with those of this folder, over many events.")  # fmt: skip
@against_options
@click.option("--live", is_flag=True, help="Enqueue EVENT once more: steps are performed for real.")
@click.option("--yes", is_flag=True, help="Do not ask before --live.")
@rules_option
@connections_option
@json_option
@numbers_option
@data_dir_option
@click.pass_context
def replay(
    ctx: click.Context, /, event: str | None, against: Path | None, live: bool, yes: bool, rules: Path,
    connections: Path | None, as_json: bool, numbers: bool, data_dir: Path, **chosen: Any,
) -> None:  # fmt: skip
    """Show what the rules in force would do about EVENT, without any effect; or compare rule files over many events.

    With --against the exit code is 0 when no decision would change and 1 when some would.
    """
    if (event is None) == (against is None) or (live and against):
        raise CannotRun("name an event, or a folder with --against; `hookswitch events` lists events")
    if event and any(value not in (None, (), False) for value in chosen.values()):
        raise CannotRun("--since, --until, --connection, --kind and --all go with --against")
    if live and event:
        _live(event, yes, find_connections(connections, data_dir), data_dir)
        return
    in_force = rules_in_force(rules, connections, data_dir)
    if event:
        _rehearse(event, in_force, as_json, numbers, data_dir)
    elif against:
        others = rules_in_force(against, connections, data_dir)
        ctx.exit(show_comparison(in_force, others, Chosen(**chosen), data_dir, as_json=as_json, numbers=numbers))


def _rehearse(event: str, rules: tuple[Rule, ...], as_json: bool, numbers: bool, data_dir: Path) -> None:
    async def play(store: Store) -> dict[str, Any]:
        stored = await _find(store, event)
        told = await rehearsal(store, stored, rules)
        call = stored.event.call
        shown: dict[str, Any] = told if numbers else mask_numbers(told, (call.from_, call.to))
        return shown

    told = with_store(data_dir, play)
    if as_json:
        print_json(told)
        return
    for line in rehearsal_lines(told):
        data().print(line)
    talk().print(f"nothing was done; for real: hookswitch replay {event} --live")


def _live(event: str, yes: bool, connections: Path, data_dir: Path) -> None:
    known = load_connections(connections, os.environ, "neither")
    stored = with_store(data_dir, lambda store: _find(store, event))
    what = f"{stored.event.kind} {event}"
    if not (yes or click.confirm(f"handle {what} once more, with every step performed again?", err=True)):
        raise CannotRun("nothing was done")

    async def again(store: Store) -> list[str]:
        return await replay_live(store, stored, known)

    for event_id in with_store(data_dir, again):
        click.echo(event_id)
        talk().print(f"enqueued in the bulk lane; see hookswitch trace {event_id}")


async def _find(store: Store, event_id: str) -> StoredEvent:
    stored = await store.events.get(event_id)
    if stored is None:
        raise CannotRun(f"there is no event {event_id}; list them with `hookswitch events`")
    return stored
