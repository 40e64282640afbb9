"""The reference pages of the documentation, made of the registries that run time and `check` use themselves."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from console.catalog import IN_DOUBT, action_records, function_records, kind_records
from receiver.providers import PROVIDERS
from rules.engine.checks.codes import CODES
from workers.actions import capability_table

Record = dict[str, Any]

_MADE = "<!-- Made by `make docs` from the registries in the code; a change here is lost. -->"
_YES, _NO = "yes", ""


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
    yield "`check` refuses a rule that asks a connection for what its platform cannot do. Where a platform has several"
    yield "generations, those that can are named.\n\n## Actions\n"
    table = capability_table()
    platforms = sorted({platform for able in table.values() for platform in able})
    yield from _table(
        ("action", *platforms),
        ((f"`{name}`", *(_able(table[name].get(platform)) for platform in platforms)) for name in sorted(table)),
    )
    yield "\n## Answers\n"
    yield from _table(("platform", "kind", "generation", "keys"), _answers())


def _able(generations: frozenset[str] | None) -> str:
    if generations is None:
        return _NO
    return ", ".join(sorted(generation for generation in generations if generation)) or _YES


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
}
