"""Why each rule did or did not act on an event: what the trace says, and a rehearsal for rules it says nothing of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from console.dryrun import DryRun, Past, rehearse, surroundings_of
from console.masking import mask_numbers
from console.pastbook import past_of
from console.tracebook import trace_record
from rules.engine.events import EventView
from rules.engine.findings import one_of
from rules.engine.played import Played
from rules.engine.rule import BY_NAME, Rule
from store.client import Store
from store.event import KINDS
from workers.desk import event_view
from workers.tracing import decided_record

Record = dict[str, Any]

_WHY = {
    "shadow": "it is in shadow mode: its conditions held, and nothing was done",
    "disabled": "it is switched off: `enabled: false`",
    "paused": "it is paused",
    "limited": "its limit was reached",
    "overtaken": "another rule had answered before its turn",
}


async def explanation(
    store: Store, event_id: str, rules: Sequence[Rule], *, only: str = "", numbers: bool = False
) -> Record | None:
    """The event, each rule with the reason for its outcome, and the rules that do not listen; None for no event.

    Each rule says where it comes from in `source`: the trace, or a rehearsal of a rule that left no record.
    """
    stored, traced = await store.events.get(event_id), await trace_record(store, event_id, numbers=True)
    if stored is None or traced is None:
        return None
    view = event_view(stored.event)
    chosen = [rule for rule in rules if only in ("", rule.name)]
    recorded = [record for record in traced["rules"] if only in ("", record["rule"])]
    names = {record["rule"] for record in recorded}
    fresh = [rule for rule in chosen if rule.name not in names]
    past = await past_of(store, stored, view, fresh)
    in_force = {rule.name: rule for rule in chosen}
    told = {
        "event": traced["event"],
        "rules": [
            *(_from_trace(record, in_force.get(record["rule"])) for record in recorded),
            *(_rehearsed(run) for rule in fresh if rule.listens(view) for run in _runs(rule, view, past)),
        ],
        "not_listening": [
            {"rule": rule.name, "file": rule.path, "why": why_deaf(rule, view)}
            for rule in fresh
            if not rule.listens(view)
        ],
    }
    call = stored.event.call
    shown: Record = told if numbers else mask_numbers(told, (call.from_, call.to))
    return shown


def _runs(rule: Rule, view: EventView, past: Past) -> Iterator[DryRun]:
    """The rule on each tool call it listens to."""
    surroundings = surroundings_of([rule], past)
    for tool in view.tools or (None,):
        if not rule.listens_to_tool(view, tool):
            continue
        tool_id = tool.id if tool else ""
        if rule.enabled:
            yield rehearse(rule, view, tool, surroundings, past.journals.get((rule.name, tool_id), {}))
        else:
            yield DryRun(Played(rule, tool_id, outcome="disabled"))


def _from_trace(record: Record, rule: Rule | None) -> Record:
    same = rule is not None and rule.version == record["version"]
    told = record | {"source": "trace", "in_force": same, "why": why(record)}
    return told | {"unreached": _unreached(rule, record) if rule and same else []}


def _rehearsed(run: DryRun) -> Record:
    steps = [
        {"id": step.key, "action": step.action, "line": step.line, "state": step.source, "with": step.with_}
        for step in run.steps
    ]
    record = decided_record(run.played) | {"outcome": run.outcome, "needs": run.needs, "steps": steps}
    about = {"source": "rehearsal", "in_force": True, "why": why(record)}
    return record | about | {"unreached": _unreached(run.played.rule, record)}


def _unreached(rule: Rule, record: Record) -> list[Record]:
    """The conditions of the rule that were not asked, because one before them had decided."""
    asked = {condition["place"] for condition in record["conditions"]}
    if not asked:
        return []
    return [
        {"expr": each.expression.text, "place": each.place, "line": each.expression.line}
        for each in rule.conditions
        if each.place not in asked
    ]


def why(record: Record) -> str:
    """The reason for an outcome, in a sentence."""
    outcome = record["outcome"]
    if outcome == "not_matched":
        return _why_not(record)
    if outcome in ("error", "failed"):
        return f"it stopped at {record.get('stopped_at') or 'a step'}: {record.get('error') or 'no reason is kept'}"
    if outcome == "undecided":
        return f"its conditions hold; what follows hangs on what step {record['needs']} gives"
    if outcome == "ran":
        asked = any(not each["place"].startswith("answer") for each in record["conditions"])
        return "its conditions held" if asked else "it has no condition"
    return _WHY.get(outcome) or str(outcome).replace("_", " ")


def _why_not(record: Record) -> str:
    false = next((each for each in record["conditions"] if each["value"] is False), None)
    if false is None:
        return f"it stopped at {record.get('stopped_at') or 'a condition'}"
    return f"line {false['line']} was false: {false['expr']}"


def why_deaf(rule: Rule, view: EventView) -> str:
    """Why a rule does not even look at the event."""
    heard = [trigger for trigger in rule.triggers if trigger.fits(view)]
    if not heard:
        return f"it listens to {one_of(_heard(rule))}, and this is {_what(view)}"
    if view.kind in BY_NAME:
        return f"this {view.kind} belongs to rule {view.name}"
    return f"it listens on {one_of(rule.connections)}, and this came on {view.connection}"


def _heard(rule: Rule) -> list[str]:
    return [" ".join([trigger.kind or "native", *sorted(trigger.values)]) for trigger in rule.triggers]


def _what(view: EventView) -> str:
    filtered = [tool.name for tool in view.tools] or [str(view.values.get(KINDS[view.kind].filter, ""))]
    return " ".join(word for word in (view.kind, *filtered) if word)
