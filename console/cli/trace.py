"""`hookswitch trace`: why an event was handled as it was."""

from __future__ import annotations

from pathlib import Path

import click

from console.cli.completing import event_ids
from console.cli.errors import CannotRun
from console.cli.output import data, json_option, numbers_option, print_json, talk
from console.cli.storage import data_dir_option, with_store
from console.past.tracebook import trace_record
from console.past.tracetree import trace_tree


@click.command()
@click.argument("event", shell_complete=event_ids)
@json_option
@numbers_option
@data_dir_option
def trace(event: str, as_json: bool, numbers: bool, data_dir: Path) -> None:
    """Show what was decided about EVENT, rule by rule, and what every outgoing call sent and got."""
    record = with_store(data_dir, lambda store: trace_record(store, event, numbers=numbers))
    if record is None:
        raise CannotRun(f"there is no event {event}; list them with `hookswitch events`")
    if record["event"]["id"] != event:
        talk().print(f"{event} repeats {record['event']['id']}, and this is what became of that one")
    if as_json:
        print_json(record)
    else:
        data().print(trace_tree(record), soft_wrap=False)
