"""Writes a test case from a stored event: what came in with stand-ins, what steps gave, and what the rule did of it.

The expectation is what the rule decides about the stand-ins, so the case passes as it is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from console.making.standins import StandIns, country_of
from console.past.dryrun import Past
from rules.engine.cases.testfile import read_tests
from rules.engine.cases.testing import CaseResult, run_case
from rules.engine.cel.plain import to_plain
from rules.engine.loading.load import TEST_SUFFIX
from rules.engine.playing.events import EventView, ToolView
from rules.engine.playing.played import Played
from rules.engine.rule import BY_NAME, Rule
from rules.engine.vocabulary import Vocabulary
from workers.rehearsal import Records, rehearse, surroundings_of

Record = dict[str, Any]

_SKIPPED = ("event.", "now", "raw", "tool.id")
_MAPS = frozenset({"data", "raw"})
_STUBBED = ("done", "failed")


class CannotWrite(Exception):
    """No case can be written of this event; the text says why."""


@dataclass(frozen=True)
class NewCase:
    """A case that passes, and how the rule decided about the event itself."""

    text: str
    """As an item of `cases:`."""
    outcome: str
    original: str
    """Another outcome than `outcome` where the stand-ins are not what the rule asks for."""


class _Indented(yaml.SafeDumper):
    """Lists inside maps are indented, as people write them."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        return super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        return True


def write_case(rule: Rule, view: EventView, past: Past, name: str, vocabulary: Vocabulary) -> NewCase:
    """The case; raises CannotWrite."""
    tool = tool_of(rule, view)
    records = past.journals.get((rule.name, tool.id if tool else ""), {})
    original = rehearse(replace(rule, mode="live"), view, tool, surroundings_of([rule], past.memory), records)
    case = _without_expectation(rule, view, tool, past, records, name)
    result, played = _played(rule, case, vocabulary)
    return NewCase(_item(case | {"expect": _expected(result, played)}), played.outcome, original.outcome)


def _without_expectation(
    rule: Rule, view: EventView, tool: ToolView | None, past: Past, records: Records, name: str
) -> Record:
    standins = StandIns(f"{rule.source.text}\n{rule.source.vars_text}", country_of(str(view.values.get("call.to", ""))))
    fields = _fields(view, tool, rule)
    outputs = {key: record for key, record in records.items() if record["state"] in _STUBBED}
    _learn(standins, fields)
    for known in (*(record.get("output", {}) for record in outputs.values()), past.memory):
        standins.learn(known)
    at = view.values["now"].astimezone(ZoneInfo(rule.zone)).isoformat(timespec="seconds")
    event: Record = {"kind": view.kind, "connection": view.connection, "fields": standins.replaced(fields)}
    if "id" in event["fields"].get("call", {}):
        event["fields"]["call"]["id"] = "call_1"
    event |= {"set": moments} if (moments := _moments(rule, view)) else {}
    case: Record = {"name": name, "at": at, "event": event}
    stubs = _stubs(rule, outputs, standins)
    memory = {scope: standins.replaced(values) for scope, values in past.memory.items() if values}
    return case | ({"stubs": stubs} if stubs else {}) | ({"memory": memory} if memory and _asks_memory(rule) else {})


def _learn(standins: StandIns, fields: Record) -> None:
    """Only maps hold names of people; `tool.name` and the like are words of ours."""
    for section, values in fields.items():
        for known in [values] if section in _MAPS else values.values():
            standins.learn(known)


def _asks_memory(rule: Rule) -> bool:
    return "memory." in rule.source.text


def _item(case: Record) -> str:
    written: str = yaml.dump([case], Dumper=_Indented, sort_keys=False, allow_unicode=True, width=110)
    return "".join(f"  {line}\n" for line in written.splitlines())


def _played(rule: Rule, case: Record, vocabulary: Vocabulary) -> tuple[CaseResult, Played]:
    """How the case goes, with an expectation that says nothing yet."""
    text = f"cases:\n{_item(case | {'expect': {'outcome': 'ran'}})}"
    tests = read_tests(rule.name, f"{rule.name}{TEST_SUFFIX}", text, rule, vocabulary)
    if tests.findings:
        raise CannotWrite(tests.findings[0].message)
    result = run_case(tests.cases[0], rule, vocabulary, _no_sample, {}, tests.path)
    if result.played is None:
        raise CannotWrite(result.problem)
    return result, result.played


def _no_sample(sample: str | Mapping[str, Any], connection: str) -> EventView:
    raise LookupError("the case is written with fields")


def _expected(result: CaseResult, played: Played) -> Record:
    expect: Record = {"outcome": played.outcome}
    if played.stopped_at:
        expect["stopped_at"] = played.stopped_at
    if played.answer is not None:
        expect["answer"] = to_plain(played.answer)
    if result.calls:
        expect["calls"] = [{"step": call.step, "with": to_plain(call.with_)} for call in result.calls]
    return expect


def tool_of(rule: Rule, view: EventView) -> ToolView | None:
    """The first tool call that the rule is about; raises CannotWrite when it is not about the event at all."""
    tools: Sequence[ToolView | None] = view.tools or (None,)
    found = [tool for tool in tools if rule.listens_to_tool(view, tool)]
    if not found:
        raise CannotWrite(f"rule {rule.name} does not listen to this {view.kind}")
    return found[0]


def _fields(view: EventView, tool: ToolView | None, rule: Rule) -> Record:
    """Every name that holds something; the platform's payload only for a rule that looks at it."""
    values = {**view.values, **(tool.values if tool else {})}
    asks_raw = any(name == "raw" for condition in rule.conditions for name in condition.expression.names)
    kept = {
        name: to_plain(value)
        for name, value in values.items()
        if value not in ("", {}, [], 0)
        and (not name.startswith(_SKIPPED) or (name == "raw" and asks_raw) or _tells_apart(name, view))
    }
    nested: Record = {}
    for name, value in kept.items():
        section, _, inner = name.partition(".")
        if inner:
            nested.setdefault(section, {})[inner] = value
        else:
            nested[section] = value
    return nested


def _tells_apart(name: str, view: EventView) -> bool:
    """What `on` may look at beside the kind."""
    if name == "event.name":
        return view.kind not in BY_NAME
    return name == "event.native" and view.native != view.kind


def _moments(rule: Rule, view: EventView) -> Record:
    """When it happened, for a rule that compares that with now."""
    occurred = view.values.get("event.occurred_at")
    if occurred in (None, view.values["now"]) or "event.occurred_at" not in rule.source.text:
        return {}
    return {"event.occurred_at": occurred.astimezone(ZoneInfo(rule.zone)).isoformat()}


def _stubs(rule: Rule, records: Records, standins: StandIns) -> Record:
    """What steps gave, as far as the rule asks for it."""
    stubs: Record = {}
    for step in rule.steps:
        if not step.output:
            continue
        if step.for_each is not None:
            items = [records[key] for key in sorted(records, key=_number_of) if key.startswith(f"{step.key}#")]
            stubs |= {step.key: [_stub(record, standins) for record in items]} if items else {}
        elif step.key in records:
            asked = [name for name in step.output if f"steps.{step.id}.{name}" in rule.source.text]
            stubs[step.key] = _stub(records[step.key], standins, asked)
    return stubs


def _number_of(key: str) -> int:
    number = key.rpartition("#")[2]
    return int(number) if number.isdigit() else -1


def _stub(record: Mapping[str, Any], standins: StandIns, asked: Sequence[str] | None = None) -> Record:
    if record["state"] == "failed":
        return {"error": standins.replaced(record["error"])}
    kept = {name: value for name, value in record.get("output", {}).items() if asked is None or name in asked}
    replaced: Record = standins.replaced(kept)
    return replaced
