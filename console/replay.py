"""Events once more: what the rules would do about one now, and which decisions other rule files would change."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from console.dryrun import DryRun, DryStep, Known, Past, rehearse_event
from console.pastbook import Shelf, events_with_past, past_of
from receiver.providers import PROVIDERS
from receiver.raw import RawDelivery
from rules.engine.events import EventView
from rules.engine.rule import Rule
from store.client import Store
from store.event import KINDS, Event, new_event_id
from store.events import Acceptance, StoredEvent
from workers.desk import event_view
from workers.tracing import decided_record

Record = dict[str, Any]

_NOT_READ = frozenset({"unreadable", "unknown"})
_IDLE = frozenset({None, "not_matched", "disabled"})
"""Outcomes that are the same as the rule not being there."""


async def rehearsal(store: Store, stored: StoredEvent, rules: Sequence[Rule]) -> Record:
    """What the rules would do about the event now."""
    view = event_view(stored.event)
    runs = rehearse_event(rules, view, await past_of(store, stored, view, rules))
    waits = KINDS[view.kind].waits
    return {
        "event": stored.event.id,
        "kind": view.kind,
        "rules": [_run(run) for run in runs],
        "answers": [_answer(tool_id, runs) for tool_id in ([tool.id for tool in view.tools] or [""]) if waits],
    }


def _run(run: DryRun) -> Record:
    record = decided_record(run.played) | {"outcome": run.outcome, "steps": [_step(step) for step in run.steps]}
    return record | ({"needs": run.needs} if run.needs else {})


def _step(step: DryStep) -> Record:
    told = {"id": step.key, "action": step.action, "line": step.line, "with": step.with_, "result": step.source}
    error = step.result.error if step.result else ""
    return told | ({"error": error} if error else {})


def _answer(tool_id: str, runs: Sequence[DryRun]) -> Record:
    run = answering(tool_id, runs)
    told: Record = {"tool": tool_id} if tool_id else {}
    if run is None:
        return told | {"by": "fallback", "rule": "", "answer": None}
    return told | {"by": "rule", "rule": run.played.rule.name, "answer": run.played.answer, "needs": run.needs}


def answering(tool_id: str, runs: Sequence[DryRun]) -> DryRun | None:
    """The run that answers one tool call, or the event; None when the fallback does."""
    return next((run for run in runs if run.played.tool_id == tool_id and run.ends_turns), None)


# --- for real ---------------------------------------------------------------------------------------------------------


async def replay_live(store: Store, stored: StoredEvent) -> list[str]:
    """Enqueue the event again, as new ones in the bulk lane; their ids. What could not be read is read once more."""
    events = [_once_more(event, stored.event) for event in _read_again(stored)]
    for event in events:
        await store.events.accept(Acceptance(event, stored.body, stored.headers, lane="bulk"))
    return [event.id for event in events]


def _read_again(stored: StoredEvent) -> Sequence[Event]:
    original = stored.event
    if original.kind not in _NOT_READ or original.provider not in PROVIDERS:
        return [original]
    raw = RawDelivery(
        stored.body, stored.headers, connection=original.connection, received_at=original.received_at
    )  # fmt: skip
    return PROVIDERS[original.provider].normalise(raw)


def _once_more(event: Event, original: Event) -> Event:
    """Under an id of its own and without deduplication; `now` stays the moment of the original."""
    same = {"connection": original.connection, "provider": original.provider, "received_at": original.received_at}
    return event.model_copy(
        update={**same, "id": new_event_id(), "dedup_key": None, "replay_of": original.id}
    )  # fmt: skip


# --- through other rule files -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """One decision that would be another one."""

    event: str
    kind: str
    received_ms: int
    tool: str
    about: str
    """`answer`, `rule NAME` or `step RULE/STEP`."""
    before: Any
    after: Any


@dataclass
class Comparison:
    """What came of playing events through two folders."""

    events: int = 0
    changes: list[Change] = field(default_factory=list)

    @property
    def changed_events(self) -> int:
        """How many events would be decided otherwise."""
        return len({change.event for change in self.changes})


async def compare(store: Store, since_ms: int, before: Sequence[Rule], after: Sequence[Rule]) -> Comparison:
    """Play every event since a moment (Unix milliseconds) through both, without effect."""
    comparison, old, new = Comparison(), Shelf(before), Shelf(after)
    async for stored, view, past in events_with_past(store, since_ms, [*before, *after]):
        comparison.events += 1
        comparison.changes += changes(stored, view, past, old.of(view.kind), new.of(view.kind))
    return comparison


def changes(
    stored: StoredEvent, view: EventView, past: Past, before: Sequence[Rule], after: Sequence[Rule]
) -> Iterator[Change]:
    """The decisions about one event that differ."""
    known: Known = {}
    old = rehearse_event(before, view, past, known)
    new = rehearse_event(after, view, past, known)
    if _same(old, new):
        return
    was, would_be = _decisions(view, old), _decisions(view, new)
    for place in dict.fromkeys([*was, *would_be]):
        pair = was.get(place), would_be.get(place)
        if pair[0] != pair[1] and not (place[1].startswith("rule ") and _IDLE.issuperset(pair)):
            yield Change(view.id, view.kind, stored.received_ms, *place, *pair)


def _same(old: Sequence[DryRun], new: Sequence[DryRun]) -> bool:
    """Whether nothing but the very same runs happened."""
    return len(old) == len(new) and all(
        one is other or (one.played.rule.version == other.played.rule.version and one.outcome == other.outcome)
        for one, other in zip(old, new, strict=True)
    )


def _decisions(view: EventView, runs: Sequence[DryRun]) -> Mapping[tuple[str, str], Any]:
    """Tool id and what it is about → the decision."""
    found: dict[tuple[str, str], Any] = {}
    for run in runs:
        tool_id, name = run.played.tool_id, run.played.rule.name
        found[(tool_id, f"rule {name}")] = run.outcome
        for step in run.steps:
            found[(tool_id, f"step {name}/{step.key}")] = {"action": step.action, "with": step.with_}
    if KINDS[view.kind].waits:
        for tool_id in [tool.id for tool in view.tools] or [""]:
            answer = {name: value for name, value in _answer(tool_id, runs).items() if name != "tool"}
            found[(tool_id, "answer")] = answer
    return found
