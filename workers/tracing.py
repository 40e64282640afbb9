"""What a run leaves behind for people: one record a rule, and one line for those who watch."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import orjson

from rules.engine.events import ToolView
from rules.engine.plain import to_plain
from rules.engine.play import matches
from rules.engine.played import ConditionTrace, Played
from rules.engine.rule import Rule
from store.masking import masked
from workers.run import Ran

if TYPE_CHECKING:
    from workers.desk import Work


@dataclass(frozen=True)
class TraceRecord:
    """One rule on one event or tool call: why it acted, or why not."""

    rule: str
    tool: str
    body: dict[str, Any]

    @property
    def field(self) -> str:
        """Where it stands in the event's trace."""
        return f"rule:{self.rule}:{self.tool}"

    def to_json(self) -> bytes:
        """As it is stored."""
        return orjson.dumps(self.body)


def trace_of(ran: Ran) -> TraceRecord:
    """The record of a rule that was played."""
    played = ran.played
    body = decided_record(played) | {"steps": [_step(step, ran) for step in played.steps]}
    if played.answer is not None:
        body["answer_at"] = played.answer_at
    return TraceRecord(played.rule.name, played.tool_id, body | ran.notes)


def in_shadow(work: Work, rule: Rule, tool: ToolView | None) -> TraceRecord:
    """The record of a rule in shadow mode: whether it would have acted, and nothing done."""
    played = matches(rule, work.view, tool, work.surroundings)
    if played.outcome == "ran":
        played.outcome = "shadow"
    return TraceRecord(rule.name, played.tool_id, decided_record(played) | {"steps": []})


def decided_record(played: Played) -> dict[str, Any]:
    """Which conditions were asked, what they saw, and where it stopped."""
    body: dict[str, Any] = _head(played.rule, played.outcome, played.tool_id) | {
        "conditions": [_condition(condition) for condition in played.conditions],
        "stopped_at": played.stopped_at,
    }
    return body | ({"error": played.error} if played.error else {})


def _condition(condition: ConditionTrace) -> dict[str, Any]:
    told = {
        "expr": condition.expr, "place": condition.place, "line": condition.line, "column": condition.column,
        "value": condition.value, "seen": to_plain(condition.seen),
    }  # fmt: skip
    return told | ({"error": condition.error} if condition.error else {})


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


def unplayed(rule: Rule, outcome: str, tool: ToolView | None = None) -> TraceRecord:
    """The record of a rule that did not come to its turn."""
    tool_id = tool.id if tool else ""
    body = _head(rule, outcome, tool_id) | {"conditions": [], "stopped_at": None, "steps": []}
    return TraceRecord(rule.name, tool_id, body)


def _head(rule: Rule, outcome: str, tool_id: str) -> dict[str, Any]:
    head = {"rule": rule.name, "file": rule.path, "version": rule.version, "outcome": outcome}
    return head | ({"tool": tool_id} if tool_id else {})


def feed_line(work: Work, records: Sequence[TraceRecord]) -> bytes:
    """One line about a finished event; numbers are masked."""
    event = work.event
    return orjson.dumps(
        {
            "event": event.id,
            "kind": event.kind,
            "connection": event.connection,
            "from": masked(event.call.from_),
            "to": masked(event.call.to),
            "tools": [tool.name for tool in event.tools],
            "rules": {record.rule: record.body["outcome"] for record in records},
            "ms": round(work.now_ms() - work.stored.received_ms, 1),
        }
    )
