"""`hookswitch explain`: why a rule did, or did not, act on an event."""

from __future__ import annotations

from pathlib import Path

import click

from console.cli.completing import event_ids, rule_names
from console.cli.errors import CannotRun
from console.cli.output import data, json_option, numbers_option, print_json
from console.cli.rulefiles import connections_option, rules_in_force, rules_option
from console.cli.storage import data_dir_option, with_store
from console.past.explain import explanation
from console.past.explaintext import explanation_lines
from rules.engine.findings import did_you_mean


@click.command()
@click.argument("event", shell_complete=event_ids)
@click.argument("rule", default="", shell_complete=rule_names)
@rules_option
@connections_option
@json_option
@numbers_option
@data_dir_option
def explain(
    event: str, rule: str, rules: Path, connections: Path | None, as_json: bool, numbers: bool, data_dir: Path
) -> None:
    """Show why each rule, or RULE alone, did or did not act on EVENT: every condition, what it saw, where it stands.

    Rules that left no record, such as those added later, are played again without any effect.
    """
    in_force = rules_in_force(rules, connections, data_dir)
    told = with_store(data_dir, lambda store: explanation(store, event, in_force, only=rule, numbers=numbers))
    if told is None:
        raise CannotRun(f"there is no event {event}; list them with `hookswitch events`")
    if not told["rules"] and not told["not_listening"]:
        hint = did_you_mean(rule, [each.name for each in in_force])
        raise CannotRun(f'there is no rule "{rule}" in {rules}{hint}' if rule else f"there is no rule in {rules}")
    if as_json:
        print_json(told)
        return
    for line in explanation_lines(told):
        data().print(line)
