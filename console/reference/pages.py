"""The reference pages of the documentation, made of the registries that run time and `check` use themselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from console.reference.catalog import IN_DOUBT, action_records, function_records, kind_records
from console.web.metrics import ConsoleMetrics
from receiver.metrics import ReceiverMetrics
from receiver.providers import PROVIDERS
from rules.engine.checks.codes import CODES
from store.client import open_store
from store.gauges import StoreGauges
from store.metrics import Sheet, build_sheet
from workers.actions import capability_table
from workers.actions.ports.table import PORTS, reasons
from workers.metrics import WorkerMetrics

Record = dict[str, Any]

_MADE = "<!-- Made by `make docs` from the registries in the code; a change here is lost. -->"
_YES, _NO = "yes", ""
_NOWHERE = "unix:///dev/null"
"""A store that is never asked anything."""


def pages() -> dict[str, str]:
    """File name → text of each page."""
    return {f"{name}.md": "\n".join([_MADE, "", *lines(), ""]) for name, lines in _PAGES.items()}


def _actions() -> Iterator[str]:
    yield "# Actions\n"
    yield "What a step can do. On the command line: `hookswitch actions`, or `hookswitch actions NAME` for one of them."
    yield "Connections in the examples are those of the demo. *In doubt* is what becomes of a step when nobody knows"
    yield "whether it happened, because the connection broke or the worker ended in the midst of it.\n"
    records = action_records()
    yield from _table(
        ("action", "what it does", "platforms"),
        (
            (f"[`{each['name']}`](#{_anchor(each['name'])})", each["doc"].splitlines()[0], _where(each))
            for each in records
        ),
    )
    for record in records:
        yield from _action(record)


def _action(record: Record) -> Iterator[str]:
    yield f"\n## {record['name']}\n"
    yield record["doc"]
    if record["parameters"]:
        yield ""
        yield from _table(("`with`", "type", "meaning"), (_parameter(each) for each in record["parameters"]))
    if record["outputs"]:
        yield ""
        yield from _table(
            ("gives", "type", "meaning"),
            ((f"`{each['name']}`", each["type"], each["doc"]) for each in record["outputs"]),
        )
    yield f"\nIn doubt: {record['in_doubt']}; {IN_DOUBT[record['in_doubt']]}."
    if record["needs_call"]:
        yield "It needs an event of a live call."
    if record["costs"]:
        yield f"It costs money: the connection's ceiling `{record['costs']}` holds it back."
    yield f"\n```yaml\n{record['example']}```"


def _parameter(parameter: Record) -> tuple[str, str, str]:
    if parameter["required"]:
        about = "required; "
    else:
        about = f"default `{json.dumps(parameter['default'])}`; " if "default" in parameter else ""
    return f"`{parameter['name']}`", parameter["type"], about + parameter["doc"]


def _where(record: Record) -> str:
    return "any" if record["platforms"] is None else ", ".join(record["platforms"])


def _kinds() -> Iterator[str]:
    yield "# Kinds of events\n"
    yield "What a rule can listen to with `on`, and the names its expressions may use. On the command line:"
    yield "`hookswitch events --schema`, or `hookswitch events KIND --schema` for one of them. Every name of a kind"
    yield "always exists; what a platform does not say is empty.\n"
    records = kind_records()
    rows = ((f"[`{each['name']}`](#{each['name']})", each["doc"], _YES if each["waits"] else _NO) for each in records)
    yield from _table(("kind", "meaning", "somebody waits"), rows)
    common = set.intersection(*({name["name"] for name in each["names"]} for each in records))
    yield "\n## Names of every kind\n"
    yield from _names(name for name in records[0]["names"] if name["name"] in common)
    for record in records:
        yield from _kind(record, common)


def _kind(record: Record, common: set[str]) -> Iterator[str]:
    yield f"\n## {record['name']}\n"
    yield f"{record['doc'][0].upper()}{record['doc'][1:]}{'' if record['doc'].endswith('?') else '.'}"
    if record["filter"]:
        yield f"A filter, as in `on: {{ {record['name']}: VALUE }}`, compares `{record['filter']}`."
    if record["answers"]:
        yield f"An answer may have {', '.join(f'`{key}`' for key in record['answers'])}."
    for provider, natives in record["natives"].items():
        yield f"From {provider}: {', '.join(f'`{native}`' for native in natives)}."
    own = [name for name in record["names"] if name["name"] not in common]
    if own:
        yield ""
        yield from _names(own)


def _names(names: Iterable[Record]) -> Iterator[str]:
    yield from _table(("name", "type", "meaning"), ((f"`{each['name']}`", each["type"], each["doc"]) for each in names))


def _functions() -> Iterator[str]:
    yield "# Functions\n"
    yield "What expressions can call. On the command line: `hookswitch functions`. Local times are those of"
    yield "`vars.timezone`.\n\n## Our own\n"
    records = function_records()
    yield from _table(
        ("by example", "gives"), ((f"`{each['usage']}`", each["doc"]) for each in records if each["ours"])
    )
    yield "\n## Of CEL\n"
    rows = ((f"`{each['usage']}`", f"`{each['gives']}`", each["doc"]) for each in records if not each["ours"])
    yield from _table(("by example", "gives", "what it does"), rows)


def _capabilities() -> Iterator[str]:
    yield "# What each platform can do\n"
    yield "`check` refuses a rule that asks a connection for what its platform cannot do; it says why, and which"
    yield "platforms can. A platform with several generations has a column for each.\n"
    yield "## On every platform that has it\n"
    table = capability_table()
    columns = [(name, generation) for name, ports in sorted(PORTS.items()) for generation in sorted(ports)]
    neutral = sorted(name for name in table if name.partition(".")[0] not in PORTS)
    yield from _table(
        ("action", *(" ".join(filter(None, column)) for column in columns)),
        ((f"`{name}`", *(_able(table[name], *column) for column in columns)) for name in neutral),
    )
    yield "\n## Why not\n"
    yield from _table(("platform", "generation", "actions", "because"), _lacks(neutral))
    yield "\n## On one platform only\n"
    yield "What else its API has is reached with `api.request`.\n"
    own = sorted(name for name in table if name not in neutral)
    yield from _table(("action", "platform", "generation"), ((f"`{name}`", *_only(table[name])) for name in own))
    yield "\n## Answers\n"
    yield from _table(("platform", "kind", "generation", "keys"), _answers())


def _able(table: Mapping[str, frozenset[str]], provider: str, generation: str) -> str:
    return _YES if generation in table.get(provider, ()) else _NO


def _only(table: Mapping[str, frozenset[str]]) -> tuple[str, str]:
    ((provider, generations),) = table.items()
    return provider, ", ".join(sorted(filter(None, generations)))


def _lacks(names: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """Actions that are lacking for one reason stand together."""
    together: dict[tuple[str, str, str], list[str]] = {}
    for name in names:
        for provider, told in reasons(name).items():
            for generation, why in told.items():
                together.setdefault((provider, generation, why), []).append(f"`{name}`")
    for (provider, generation, why), lacking in sorted(together.items()):
        yield provider, generation, ", ".join(lacking), why


def _answers() -> Iterator[tuple[str, ...]]:
    for name, provider in sorted(PROVIDERS.items()):
        for kind, by_generation in sorted(provider.answers.items()):
            for generation, keys in sorted(by_generation.items()):
                yield name, f"`{kind}`", generation, ", ".join(f"`{key}`" for key in sorted(keys))


def _check() -> Iterator[str]:
    yield "# What check finds\n"
    yield "`hookswitch check` names a file, a line and a column, and says what to do. Its JSON, GitHub and SARIF"
    yield "formats also carry one of these codes.\n"
    yield from _table(("code", "meaning"), ((f"`{code}`", meaning) for code, meaning in sorted(CODES.items())))


def _metrics() -> Iterator[str]:
    yield "# Metrics\n"
    yield "What `/metrics` of each process shows, beside `process_*` (memory, processor time, open files). How to reach"
    yield "it, the alerts and what to do: [watching it](../watch-it.md). A label's value comes from a set that is known"
    yield "here: connections, kinds, rules, actions, outcomes, pages; whatever else is counted under `other`.\n"
    store = StoreGauges(open_store(_NOWHERE))
    yield "## Of a receiver\n"
    yield from _measures(ReceiverMetrics({}, store).sheet)
    yield "\n## Of a worker\n"
    yield from _measures(WorkerMetrics(store).sheet)
    yield "\n## Of a console\n"
    yield from _measures(ConsoleMetrics().sheet)
    yield "\n## Of the store, from receivers and workers\n"
    yield "The same from whichever process is asked, and at most three seconds old. Take `max` over instances, not"
    yield "`sum`. While the store is away only `hookswitch_store_up` is shown.\n"
    yield from _measures(store.sheet)
    yield "\n## What runs, from all\n"
    yield from _measures(build_sheet(""))


def _measures(sheet: Sheet) -> Iterator[str]:
    rows = (
        (f"`{each.name}`", each.kind, ", ".join(f"`{label}`" for label in each.labels), each.doc)
        for each in sheet.measures
    )
    yield from _table(("metric", "type", "labels", "meaning"), rows)


def _table(heads: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"|{' --- |' * len(heads)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def _anchor(heading: str) -> str:
    return heading.replace(".", "")


_PAGES: Mapping[str, Callable[[], Iterator[str]]] = {
    "actions": _actions,
    "kinds": _kinds,
    "functions": _functions,
    "capabilities": _capabilities,
    "check": _check,
    "metrics": _metrics,
}
