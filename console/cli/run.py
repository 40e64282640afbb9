"""`hookswitch run`: a rule by hand."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click
import orjson

from console.cli.completing import rule_names
from console.cli.errors import CannotRun
from console.cli.output import data, json_option, numbers_option, print_json, talk
from console.cli.rulefiles import connections_option, rules_in_force, rules_option
from console.cli.storage import data_dir_option, with_store
from console.inforce import held_out, refusal
from console.past.tracebook import trace_record
from console.past.tracetree import trace_tree
from console.rulebook import find_connections
from rules.engine.findings import did_you_mean, one_of
from rules.engine.rule import Rule
from store.client import Store
from store.connections import Connection, load_connections
from store.event import Event, new_event_id
from store.events import Acceptance
from store.pauses import Pause, covering
from workers.schedule import event_of

LOOK_AGAIN = 0.05
"""Seconds between looks at whether the run is over."""
PATIENT = 40
"""Looks after which a person is told what is waited for."""
_BAD = ("failed", "error")


@click.command()
@click.argument("rule", shell_complete=rule_names)
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

    The exit code is 1 when the rule failed, and 2 when nothing was run, because RULE is paused or no worker has it in
    force. Stopping to wait does not stop the run.
    """
    chosen = _chosen(rule, rules_in_force(rules, connections, data_dir), rules)
    known = load_connections(find_connections(connections, data_dir), os.environ, "neither")
    _check_connection(on, chosen, known)
    given = _data(data_file, pairs)
    event = event_of(chosen, "manual", known, connection=on, id=new_event_id(), data=given)
    if no_wait:
        with_store(data_dir, lambda store: _leave(store, event))
        _say_id(event.id, as_json)
        return

    async def through(store: Store) -> tuple[dict[str, Any], Pause | None]:
        await _refuse_held_out(store, chosen.name)
        await _refuse_paused(store, event)
        await _enqueue(store, event)
        pause = await _end_of(store, event)
        return await trace_record(store, event.id, numbers=numbers) or {}, pause

    record, pause = with_store(data_dir, through)
    if as_json:
        print_json(record)
    else:
        data().print(trace_tree(record), soft_wrap=False)
    ctx.exit(int(_failed(record, chosen.name, pause)))


def _failed(record: dict[str, Any], rule: str, pause: Pause | None) -> bool:
    """Whether the run did not come to a good end, with a word about what the trace does not say."""
    if pause:
        talk().print(f"{_paused(rule, pause)}; it goes on after `hookswitch resume {pause.scope}`")
    elif all(each["rule"] != rule for each in record["rules"]):
        talk().print(f"the worker that took it up does not have rule {rule} in force; look with `hookswitch doctor`")
        return True
    ended_badly = any(each["outcome"] in _BAD for each in record["rules"])
    return bool(pause) or record["event"]["status"] == "dead" or ended_badly


async def _leave(store: Store, event: Event) -> None:
    """Enqueue it for later."""
    await _refuse_held_out(store, event.name)
    pause = covering(await store.pauses.all(), event.name, event.connection)
    if pause:
        talk().print(f"{_paused(event.name, pause)}; it runs after `hookswitch resume {pause.scope}`")
    await _enqueue(store, event)


async def _refuse_held_out(store: Store, rule: str) -> None:
    """Raise CannotRun when no worker has the rule in force, also after the moment a saved file takes."""
    for _ in range(PATIENT):
        notes = await store.roster.all()
        why = held_out(rule, notes)
        if not why:
            break
        await asyncio.sleep(LOOK_AGAIN)
    else:
        raise CannotRun(f"no worker has rule {rule} in force, so nothing was run: {why}")
    if refusal(rule, notes):
        talk().print(f"the last good version of {rule} is in force, its file is refused: {refusal(rule, notes)}")


async def _refuse_paused(store: Store, event: Event) -> None:
    pause = covering(await store.pauses.all(), event.name, event.connection)
    if pause:
        advice = f"`hookswitch resume {pause.scope}` ends the pause, --no-wait enqueues it until then"
        raise CannotRun(f"{_paused(event.name, pause)}, so nothing was run; {advice}")


def _paused(rule: str, pause: Pause) -> str:
    because = f" ({pause.why})" if pause.why else ""
    return f"rule {rule} is paused: {pause.scope} by {pause.by}{because}"


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


async def _end_of(store: Store, event: Event) -> Pause | None:
    """Wait until nothing is left to do about the event; the pause when one keeps it from coming to its end."""
    looks = 0
    while (status := (await store.events.statuses([event.id]))[0]) not in ("done", "dead"):
        looks += 1
        if status == "waiting" and (pause := covering(await store.pauses.all(), event.name, event.connection)):
            return pause
        if looks == PATIENT:
            await _tell_what_is_waited_for(store, event.id)
        await asyncio.sleep(LOOK_AGAIN)
    return None


async def _tell_what_is_waited_for(store: Store, event_id: str) -> None:
    if not await store.queue.workers():
        why = "no worker is running; start `hookswitch work`"
    elif await store.events.statuses([event_id]) == ["waiting"]:
        why = "it is put aside until its next try, its turn, or a resume"
    else:
        why = "it is still running"
    talk().print(f"{why}; waiting, and Ctrl-C ends only the waiting: hookswitch trace {event_id}")
