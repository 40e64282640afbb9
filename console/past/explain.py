"""Why each rule did or did not act on an event: what the trace says, and a rehearsal for rules it says nothing of."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Iterator, Sequence
from typing import Any

from console.masking import mask_numbers
from console.past.dryrun import Past
from console.past.pastbook import past_of
from console.past.tracebook import moment, trace_record
from rules.engine.findings import one_of
from rules.engine.playing.events import EventView
from rules.engine.playing.played import Played
from rules.engine.rule import BY_NAME, Rule
from store.client import Store
from store.event import KINDS
from store.events import StoredEvent
from store.runs import Journal, RunId
from workers.desk import event_view
from workers.rehearsal import DryRun, rehearse, surroundings_of
from workers.tracing import decided_record, planned

Record = dict[str, Any]

_WHY = {
    "shadow": "it is in shadow mode: its conditions held, and nothing was done",
    "disabled": "it is switched off: `enabled: false`",
    "overtaken": "another rule had answered before its turn",
}
_HELD = {
    "limit": "its `limit` was reached for this key",
    "once": "it had already run for this key, and it may only `once`",
    "concurrency": "as many of its runs as `concurrency` allows were under way for this key",
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
    known = {(record["rule"], record.get("tool", "")) for record in recorded}
    fresh = [rule for rule in chosen if _left_out(rule, view, known)]
    in_force = {rule.name: rule for rule in chosen}
    as_traced = [_from_trace(each, in_force.get(each["rule"]), _winner(traced, each)) for each in recorded]
    as_rehearsed = [
        _rehearsed(run, journal)
        async for run, journal in _runs_of(store, stored, view, fresh)
        if (run.played.rule.name, run.played.tool_id) not in known
    ]
    deaf = [rule for rule in fresh if not rule.listens(view)]
    told = {
        "event": traced["event"],
        "rules": as_traced + as_rehearsed,
        "not_listening": [{"rule": rule.name, "file": rule.path, "why": why_deaf(rule, view)} for rule in deaf],
    }
    call = stored.event.call
    shown: Record = told if numbers else mask_numbers(told, (call.from_, call.to))
    return shown


def _left_out(rule: Rule, view: EventView, known: Collection[tuple[str, str]]) -> bool:
    """Whether the trace says nothing of the rule, or of one of the tool calls it is about."""
    tools = [tool.id for tool in view.tools if rule.listens_to_tool(view, tool)]
    return (rule.name, "") not in known and any((rule.name, tool) not in known for tool in tools or [""])


async def _runs_of(
    store: Store, stored: StoredEvent, view: EventView, rules: Sequence[Rule]
) -> AsyncIterator[tuple[DryRun, Journal | None]]:
    """The runs of those rules that listen, each with the journal of one that is under way."""
    past, under_way = await past_of(store, stored, view, rules), await _under_way(store, view, rules)
    for rule in rules:
        if rule.listens(view):
            for run in _runs(rule, view, past):
                yield run, under_way.get((rule.name, run.played.tool_id))


async def _under_way(store: Store, view: EventView, rules: Sequence[Rule]) -> dict[tuple[str, str], Journal]:
    """Rule and tool id → the run that is not through yet and goes on as a job of its own."""
    ids = [RunId(view.id, rule.name, tool) for rule in rules for tool in [each.id for each in view.tools] or [""]]
    journals = await store.runs.load_all(ids) if ids else []
    return {(run.rule, run.tool_id): journal for run, journal in zip(ids, journals, strict=True) if journal.own}


def _runs(rule: Rule, view: EventView, past: Past) -> Iterator[DryRun]:
    """The rule on each tool call it listens to."""
    surroundings = surroundings_of([rule], past.memory)
    for tool in view.tools or (None,):
        if not rule.listens_to_tool(view, tool):
            continue
        tool_id = tool.id if tool else ""
        if rule.enabled:
            yield rehearse(rule, view, tool, surroundings, past.journals.get((rule.name, tool_id), {}))
        else:
            yield DryRun(Played(rule, tool_id, outcome="disabled"))


def _winner(traced: Record, record: Record) -> str:
    """The rule that answered, for the same tool call where there is one."""
    answered = (each for each in traced["rules"] if each["outcome"] == "ran" and each.get("answer_at"))
    return next((str(each["rule"]) for each in answered if each.get("tool", "") == record.get("tool", "")), "")


def _from_trace(record: Record, rule: Rule | None, winner: str) -> Record:
    same = rule is not None and rule.version == record["version"]
    told = record | {"source": "trace", "in_force": same, "why": why(record, winner)}
    return told | {"unreached": _unreached(rule, record) if rule and same else []}


def _rehearsed(run: DryRun, journal: Journal | None) -> Record:
    steps = [planned(step) for step in run.steps]
    record = decided_record(run.played) | {"outcome": run.outcome, "needs": run.needs, "steps": steps}
    if run.played.answer is not None:
        record["answer"] = run.played.answer
    if journal:
        record |= {"outcome": "parked", "waiting": _waiting(journal)}
    about = {"source": "journal" if journal else "rehearsal", "in_force": True, "why": why(record)}
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


def why(record: Record, winner: str = "") -> str:
    """The reason for an outcome, in a sentence; `winner` is the rule that answered the event."""
    outcome = record["outcome"]
    if outcome == "not_matched":
        return _why_not(record)
    if outcome in ("error", "failed"):
        return f"it stopped at {record.get('stopped_at') or 'a step'}: {record.get('error') or 'no reason is kept'}"
    if outcome == "paused":
        return why_paused(record)
    if outcome in ("limited", "parked"):
        return str(record.get("waiting") or _HELD.get(str(record.get("stopped_at"))) or "its limit was reached")
    if outcome == "overtaken" and record.get("error"):
        return str(record["error"])
    if outcome == "overtaken" and winner:
        return f"{winner} had answered before its turn"
    if outcome == "undecided":
        return f"its conditions hold; what follows hangs on what step {record['needs']} gives"
    if outcome == "ran":
        return _why_ran(record)
    return _WHY.get(outcome) or str(outcome).replace("_", " ")


def _why_ran(record: Record) -> str:
    of_answers = [each for each in record["conditions"] if each["place"].startswith("answer")]
    said = "its conditions held" if len(of_answers) < len(record["conditions"]) else "it has no condition"
    passed = of_answers and not record.get("answer_at") and not any(each["value"] for each in of_answers)
    return f"{said}; none of its answers fitted, so it passed its turn" if passed else said


def _waiting(journal: Journal) -> str:
    """What a run that is under way waits for."""
    for key, step in journal.steps.items():
        tries = len(step.get("attempts", ()))
        if step["state"] == "waiting" and "held" in step and not tries:
            return f"its run is under way: step {key} waits for its turn: {step['held']['why']}"
        if step["state"] in ("waiting", "started") and tries:
            error = step["attempts"][-1].get("error", "")
            said = f"its run is under way: step {key} waits for its next try, after {tries}"
            return said + (f": {error}" if error else "")
    return "its run is under way, as a job of its own"


def why_paused(record: Record) -> str:
    """Who paused what, when and why, and who ended the run if somebody did."""
    pause = record["paused"]
    since = moment(pause["since_ms"])[:16].replace("T", " ")
    said = f"{pause['scope'].replace(':', ' ')} was paused by {pause['by']} at {since} UTC"
    ended = f"; {record['dropped']['by']} ended the run" if "dropped" in record else ""
    return said + (f": {pause['why']}" if pause["why"] else "") + ended


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
    if view.kind in BY_NAME:
        return f"{view.kind} of rule {view.name}"
    filtered = [tool.name for tool in view.tools] or [str(view.values.get(KINDS[view.kind].filter, ""))]
    return " ".join(word for word in (view.kind, *filtered) if word)
