"""`hookswitch new`: a first version of a rule, a provider or an action, and test cases made of what really came in."""

from __future__ import annotations

from pathlib import Path

import click

from console.cli.errors import CannotRun
from console.cli.output import talk
from console.cli.rulefiles import connections_option, rules_in_force, rules_option
from console.cli.storage import data_dir_option, with_store
from console.making.newcode import PROJECT, CannotLayOut, What, lay_out, next_steps
from console.making.newrule import TEMPLATES, can_be_told, rule_text, test_text
from console.making.newtest import CannotWrite, write_case
from console.past.pastbook import past_of
from console.reference.modelines import modeline
from console.rulebook import find_connections, words_for
from rules.engine.findings import did_you_mean, one_of
from rules.engine.loading.load import TEST_SUFFIX
from rules.engine.loading.readrule import RULE_NAME
from rules.engine.rule import Rule
from rules.engine.source.yamlread import read_yaml
from store.client import Store
from store.events import StoredEvent
from workers.desk import event_view

_ACTED = ("ran", "failed", "error", "shadow")


@click.group()
def new() -> None:
    """Begin a rule, a provider or an action, or write a test of an event that came in."""


@new.command("rule")
@click.argument("name")
@click.option("--on", "kind", type=click.Choice(TEMPLATES), default=TEMPLATES[0], show_default=True)
@rules_option
@connections_option
@data_dir_option
def new_rule(name: str, kind: str, rules: Path, connections: Path | None, data_dir: Path) -> None:
    """Write a commented rule NAME with its test beside it, in shadow mode."""
    if not RULE_NAME.fullmatch(name):
        raise CannotRun(f'"{name}" is no name for a rule: letters, digits, _ and - only')
    if not rules.is_dir():
        raise CannotRun(f"{rules} is not a folder; name the rules folder with --rules")
    listening = can_be_told(words_for(find_connections(connections, data_dir)), kind)
    files = {
        rules / f"{name}.yaml": rule_text(name, kind, rules, listening),
        rules / f"{name}{TEST_SUFFIX}": test_text(name, kind, rules),
    }
    for path in files:
        if path.exists():
            raise CannotRun(f"{path} is there already")
    for path, text in files.items():
        path.write_text(text, encoding="utf-8")
        click.echo(path)
    talk().print(f"now: hookswitch check {rules} && hookswitch test {rules} --filter {name}")


@new.command("test")
@click.option("--from", "event", required=True, metavar="EVENT", help="The event to make a case of.")
@click.option("--rule", "name", default="", help="Which rule; else the one that acted on the event.")
@click.option("--name", "title", default="", help="What the case is called.")
@click.option("--print", "only_print", is_flag=True, help="Print the case instead of adding it to the test file.")
@rules_option
@connections_option
@data_dir_option
def new_test(
    event: str, name: str, title: str, only_print: bool, rules: Path, connections: Path | None, data_dir: Path
) -> None:
    """Add a case to a rule's tests, made of a stored event; names, numbers and words of people are replaced."""
    in_force = rules_in_force(rules, connections, data_dir)
    vocabulary = words_for(find_connections(connections, data_dir))

    async def write(store: Store) -> tuple[Rule, str, str, str]:
        stored = await store.events.get(event)
        if stored is None:
            raise CannotRun(f"there is no event {event}; list them with `hookswitch events`")
        rule = await _chosen(store, stored, in_force, name)
        view = event_view(stored.event)
        try:
            case = write_case(
                rule, view, await past_of(store, stored, view, [rule]), title or _title(stored), vocabulary
            )
        except CannotWrite as error:
            raise CannotRun(f"no case can be made of {event}: {error}") from error
        return rule, case.text, case.outcome, case.original

    rule, text, outcome, original = with_store(data_dir, write)
    if only_print:
        click.echo(text, nl=False)
    else:
        path = rules / f"{rule.name}{TEST_SUFFIX}"
        _append(path, text)
        click.echo(path)
        talk().print(f"now: hookswitch test {rules} --filter {rule.name}")
    if outcome != original and original != "undecided":
        talk().print(f"with stand-ins the outcome is {outcome}, with the event itself it was {original}: see the case")


@new.command("provider")
@click.argument("name")
def new_provider(name: str) -> None:
    """Lay out a platform that posts events, NAME, with samples and tests; in a source checkout."""
    _lay_out("provider", name)


@new.command("action")
@click.argument("name")
def new_action(name: str) -> None:
    """Lay out an action, NAME such as crm.note, with its test; in a source checkout."""
    _lay_out("action", name)


def _lay_out(what: What, name: str) -> None:
    try:
        written = lay_out(what, name)
    except CannotLayOut as error:
        raise CannotRun(str(error)) from error
    for path in written:
        click.echo(path.relative_to(PROJECT))
    talk().print("now:\n" + "\n".join(f"  {step}" for step in next_steps(what, name)))


def _title(stored: StoredEvent) -> str:
    return f"{stored.event.kind} of {stored.event.received_at:%Y-%m-%d %H:%M:%S}"


async def _chosen(store: Store, stored: StoredEvent, rules: tuple[Rule, ...], name: str) -> Rule:
    """The named rule, else the only one that acted, else the only one that listens."""
    view = event_view(stored.event)
    listening = {rule.name: rule for rule in rules if rule.listens(view)}
    if name:
        if name in listening:
            return listening[name]
        raise CannotRun(f'no rule "{name}" listens to this {view.kind}{did_you_mean(name, listening)}')
    trace = await store.events.trace(stored.event.id)
    records = [record for field, record in trace.items() if field.startswith("rule:")]
    acted = {record["rule"] for record in records if record["outcome"] in _ACTED} & listening.keys()
    candidates = sorted(acted) or sorted(listening)
    if len(candidates) != 1:
        raise CannotRun(
            f"say which with --rule: {one_of(candidates)}" if candidates else "no rule listens to this event"
        )
    return listening[candidates[0]]


def _append(path: Path, case: str) -> None:
    """Add the case at the end of the file, which still has to be a list of cases afterwards."""
    before = path.read_text(encoding="utf-8") if path.exists() else f"{modeline('test', path.parent)}cases:\n"
    after = before + ("" if before.endswith("\n") else "\n") + case
    count = [len(cases) if isinstance(cases := _cases(text), list) else 0 for text in (before, after)]
    if count[1] != count[0] + 1:
        raise CannotRun(f"{path} is not written so that a case can be added at its end; take it from --print")
    path.write_text(after, encoding="utf-8")


def _cases(text: str) -> object:
    document = read_yaml(text)
    plain = document.root.plain if document.root and not document.faults else None
    return plain.get("cases") if isinstance(plain, dict) else None
