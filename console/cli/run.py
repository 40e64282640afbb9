"""`hookswitch run`: a rule by hand."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click
import orjson

from console.cli.errors import CannotRun
from console.cli.output import data, json_option, numbers_option, print_json, talk
from console.cli.rulefiles import connections_option, rules_in_force, rules_option
from console.cli.storage import data_dir_option, with_store
from console.rulebook import find_connections
from console.tracebook import trace_record
from console.tracetree import trace_tree
from rules.engine.findings import did_you_mean, one_of
from rules.engine.rule import Rule
from store.client import Store
from store.connections import Connection, load_connections
from store.event import Event, new_event_id
from store.events import Acceptance
from workers.schedule import event_of

LOOK_AGAIN = 0.05
"""Seconds between looks at whether the run is over."""
PATIENT = 40
"""Looks after which a person is told what is waited for."""
_BAD = ("failed", "error")


@click.command()
@click.argument("rule")
@click.option("--data", "pairs", metavar="K=V", multiple=True, help="What the rule sees as `data.K`: text. Repeatable.")
@click.option("--data-file", type=click.Path(path_type=Path, exists=True, dir_okay=False),
              help="A JSON object with all of `data`; --data is laid over it.")  # fmt: skip
@click.option("--connection", "on", default="", metavar="NAME", help="Where it runs; else on the rule's only one.")
@click.option("--no-wait", is_flag=True, help="Only enqueue it and print the event's id.")
@rules_option
@connections_option
@json_option
@numbers_option
@data_dir_option
@click.pass_context
def run(
    ctx: click.Context, rule: str, pairs: tuple[str, ...], data_file: Path | None, on: str, no_wait: bool, rules: Path,
    connections: Path | None, as_json: bool, numbers: bool, data_dir: Path,
) -> None:  # fmt: skip
    """Run RULE now, for real, wait for its end and show the trace. RULE has `manual` in its `on`.

    The exit code is 1 when the rule failed. Stopping to wait does not stop the run.
    """
    chosen = _chosen(rule, rules_in_force(rules, connections, data_dir), rules)
    known = load_connections(find_connections(connections, data_dir), os.environ, "neither")
    _check_connection(on, chosen, known)
    given = _data(data_file, pairs)
    event = event_of(chosen, "manual", known, connection=on, id=new_event_id(), data=given)
    if no_wait:
        with_store(data_dir, lambda store: _enqueue(store, event))
        _say_id(event.id, as_json)
        return

    async def through(store: Store) -> dict[str, Any]:
        await _enqueue(store, event)
        await _end_of(store, event.id)
        return await trace_record(store, event.id, numbers=numbers) or {}

    record = with_store(data_dir, through)
    if as_json:
        print_json(record)
    else:
        data().print(trace_tree(record), soft_wrap=False)
    ctx.exit(int(_failed(record)))


def _failed(record: dict[str, Any]) -> bool:
    return record["event"]["status"] == "dead" or any(each["outcome"] in _BAD for each in record["rules"])


def _say_id(event_id: str, as_json: bool) -> None:
    if as_json:
        print_json({"event": event_id})
        return
    click.echo(event_id)
    talk().print(f"enqueued; see hookswitch trace {event_id}")


def _chosen(name: str, rules: Iterable[Rule], folder: Path) -> Rule:
    known = {rule.name: rule for rule in rules}
    by_hand = sorted(each for each, rule in known.items() if "manual" in rule.kinds and rule.enabled)
    those = f"; by hand run {one_of(by_hand)}" if by_hand else ""
    if name not in known:
        raise CannotRun(f'there is no rule "{name}" in {folder}{did_you_mean(name, known) or those}')
    if "manual" not in known[name].kinds:
        hint = did_you_mean(name, by_hand) or f"; add `manual:` to its `on` in {known[name].path}"
        raise CannotRun(f"rule {name} is not run by hand: `on` does not say `manual`{hint}")
    if not known[name].enabled:
        raise CannotRun(f"rule {name} is switched off: take `enabled: false` out of {known[name].path}")
    return known[name]


def _check_connection(name: str, rule: Rule, known: Mapping[str, Connection]) -> None:
    if not name:
        return
    if name not in known:
        hint = did_you_mean(name, known) or f"; there are {one_of(sorted(known))}"
        raise CannotRun(f'there is no connection "{name}"{hint}')
    if rule.connections and name not in rule.connections:
        raise CannotRun(f"rule {rule.name} is for {one_of(sorted(rule.connections))}, not for {name}")


def _data(file: Path | None, pairs: Iterable[str]) -> dict[str, Any]:
    given: dict[str, Any] = _read(file) if file else {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise CannotRun(f'--data "{pair}" is not K=V, as in --data city=Breda')
        given[name] = value
    return given


def _read(file: Path) -> dict[str, Any]:
    try:
        content = orjson.loads(file.read_bytes())
    except (OSError, orjson.JSONDecodeError) as error:
        raise CannotRun(f"{file} cannot be read as JSON: {error}") from error
    if not isinstance(content, dict):
        raise CannotRun(f'{file} must hold a JSON object, as in {{"city": "Breda"}}')
    return content


async def _enqueue(store: Store, event: Event) -> None:
    await store.events.accept(Acceptance(event, b"{}"))


async def _end_of(store: Store, event_id: str) -> None:
    """Wait until nothing is left to do about the event."""
    looks = 0
    while (await store.events.statuses([event_id]))[0] not in ("done", "dead"):
        looks += 1
        if looks == PATIENT:
            await _tell_what_is_waited_for(store, event_id)
        await asyncio.sleep(LOOK_AGAIN)


async def _tell_what_is_waited_for(store: Store, event_id: str) -> None:
    if not await store.queue.workers():
        why = "no worker is running; start `hookswitch work`"
    elif await store.events.statuses([event_id]) == ["waiting"]:
        why = "it is put aside until its next try, its turn, or a resume"
    else:
        why = "it is still running"
    talk().print(f"{why}; waiting, and Ctrl-C ends only the waiting: hookswitch trace {event_id}")
