"""What a run leaves behind for people: one record a rule, and one line for those who watch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

import orjson

from rules.engine.cel.plain import to_plain
from rules.engine.playing.events import ToolView
from rules.engine.playing.played import NOT_MATCHED, ConditionTrace, Played
from rules.engine.playing.turns import OVERTAKEN
from rules.engine.rule import Rule
from store.events import bundled
from store.masking import masked
from workers.clients.redact import clipped, is_secret_name, redacted
from workers.rehearsal import DryStep, rehearse, surroundings_of

if TYPE_CHECKING:
    from workers.desk import Work
    from workers.ran import Ran

MOST_PLANNED = 50
"""How many steps of a plan are told, items of a `for_each` included."""

MOST_TOLD = 100
"""Of how many rules that had nothing to do with an event it is told what their conditions saw."""


Entry: TypeAlias = "Ran | Played | TraceRecord"
"""What a record is made of: a run, a rule that was asked and had nothing to do, or the record itself."""


@dataclass(slots=True)
class TraceRecord:
    """One rule on one event or tool call: why it acted, or why not."""

    rule: str
    tool: str
    body: dict[str, Any]

    @property
    def field(self) -> str:
        """Where it stands in the event's trace."""
        return f"rule:{self.rule}:{self.tool}"

    @property
    def passed(self) -> bool:
        """Whether the rule listened and had nothing to do."""
        return self.body["outcome"] in (NOT_MATCHED, OVERTAKEN)

    def to_json(self) -> bytes:
        """As it is stored."""
        return orjson.dumps(self.body)


def written(records: Sequence[TraceRecord], job_id: str) -> dict[str, bytes]:
    """The records as fields of a trace; those of rules that had nothing to do share one, since they may be many."""
    trace, passed = {}, {}
    for record in records:
        if record.passed:
            passed[record.field] = record.body
        else:
            trace[record.field] = record.to_json()
    return trace | bundled(job_id, passed) if passed else trace


def records_of(entries: Iterable[Entry]) -> Iterator[TraceRecord]:
    """Why each rule acted, or why not; of most of those that had nothing to do only where they stopped."""
    passed = 0
    for entry in entries:
        if isinstance(entry, TraceRecord):
            yield entry
        elif isinstance(entry, Played):
            passed += 1
            yield _passed(entry) if passed <= MOST_TOLD else _in_short(entry)
        else:
            yield trace_of(entry)


def _passed(played: Played) -> TraceRecord:
    return TraceRecord(played.rule.name, played.tool_id, {**decided_record(played), "steps": []})


def trace_of(ran: Ran) -> TraceRecord:
    """The record of a rule that was played."""
    played = ran.played
    body = decided_record(played)
    body["steps"] = [_step(step, ran) for step in played.steps]
    if played.answer is not None:
        body["answer_at"] = played.answer_at
    return TraceRecord(played.rule.name, played.tool_id, body | ran.notes)


def in_shadow(work: Work, rule: Rule, tool: ToolView | None) -> TraceRecord:
    """The record of a rule in shadow mode: what it would have done and said, and nothing done."""
    run = rehearse(rule, work.view, tool, surroundings_of([rule], work.memory or {}), {})
    body = decided_record(run.played) | {"steps": [planned(step) for step in run.steps[:MOST_PLANNED]]}
    if len(run.steps) > MOST_PLANNED:
        body["steps_left_out"] = len(run.steps) - MOST_PLANNED
    if run.needs:
        body["needs"] = run.needs
    if run.played.answer is not None:
        body |= {"answer": clipped(run.played.answer), "answer_at": run.played.answer_at}
    elif run.answer_hangs:
        body["answer_hangs"] = True
    return TraceRecord(rule.name, run.played.tool_id, body)


def planned(step: DryStep) -> dict[str, Any]:
    """A step that nobody took: with what it would be performed. `state` says how its result is known, or not."""
    told = {"id": step.key, "action": step.action, "line": step.line, "state": step.source, "attempts": []}
    told["with"] = None if step.with_ is None else clipped(_shown(step.with_))
    error = step.result.error if step.result else ""
    return told | ({"error": error} if error else {})


def _shown(value: Any, name: str = "") -> Any:
    """Without credentials that a rule wrote out; a `<secrets.NAME>` is none."""
    if isinstance(value, Mapping):
        return {key: _shown(item, str(key)) for key, item in value.items()}
    if isinstance(value, list):
        return [_shown(item, name) for item in value]
    if isinstance(value, str) and is_secret_name(name) and "<secrets." in value:
        return value
    return redacted({name: value})[name]


def decided_record(played: Played) -> dict[str, Any]:
    """Which conditions were asked, what they saw, and where it stopped."""
    body = _head(played.rule, played.outcome, played.tool_id)
    body["conditions"] = [_condition(condition) for condition in played.conditions]
    body["stopped_at"] = played.stopped_at
    if played.error:
        body["error"] = played.error
    return body


def _condition(condition: ConditionTrace) -> dict[str, Any]:
    expression = condition.expression
    told = {
        "expr": expression.text, "place": condition.place, "line": expression.line, "column": expression.column,
        "value": condition.value, "seen": to_plain(condition.seen),
    }  # fmt: skip
    if condition.error:
        told["error"] = condition.error
    return told


def _step(step: Any, ran: Ran) -> dict[str, Any]:
    told = {"id": step.key, "action": step.action, "line": step.line, "state": step.outcome}
    told["attempts"] = list(_attempts(step.key, ran.state.journal.steps))
    record = ran.state.journal.steps.get(step.key, {})
    error = record.get("error") or step.error
    return told | ({"error": error} if error else {})


def _attempts(key: str, records: Mapping[str, Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Every attempt of a step; inside a `for_each` each says for which item it was."""
    yield from records.get(key, {}).get("attempts", ())
    items = sorted(int(name.rpartition("#")[2]) for name in records if name.startswith(f"{key}#"))
    for item in items:
        yield from ({"item": item, **attempt} for attempt in records[f"{key}#{item}"]["attempts"])


def unplayed(
    rule: Rule, outcome: str, tool: ToolView | None = None, *, stopped_at: str | None = None, why: str = ""
) -> TraceRecord:
    """The record of a rule that did not come to its turn."""
    return _in_short(Played(rule, tool.id if tool else "", outcome, stopped_at=stopped_at, error=why))


def _in_short(played: Played) -> TraceRecord:
    """Only where it stopped."""
    body = _head(played.rule, played.outcome, played.tool_id)
    body |= {"conditions": [], "stopped_at": played.stopped_at, "steps": []}
    return TraceRecord(played.rule.name, played.tool_id, body | ({"error": played.error} if played.error else {}))


def _head(rule: Rule, outcome: str, tool_id: str) -> dict[str, Any]:
    head = {"rule": rule.name, "file": rule.path, "version": rule.version, "outcome": outcome}
    if tool_id:
        head["tool"] = tool_id
    return head


def feed_line(work: Work, records: Sequence[TraceRecord]) -> bytes:
    """One line about a finished event; numbers are masked."""
    event = work.event
    line = {
        "event": event.id,
        "kind": event.kind,
        "connection": event.connection,
        "from": masked(event.call.from_),
        "to": masked(event.call.to),
        "tools": [tool.name for tool in event.tools],
        "rules": {record.rule: record.body["outcome"] for record in records},
        "ms": round(work.now_ms() - work.stored.received_ms, 1),
    }
    if event.name:
        line["name"] = event.name
    if paused := {record.rule: record.body["paused"] for record in records if "paused" in record.body}:
        line["paused"] = paused
    return orjson.dumps(line)
