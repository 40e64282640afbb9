"""Events once more: what the rules would do about one now, or again for real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from console.past.dryrun import rehearse_event
from console.past.pastbook import past_of
from receiver.providers import PROVIDERS, provider_for
from receiver.raw import RawDelivery
from rules.engine.rule import Rule
from store.client import Store
from store.connections import Connection
from store.event import KINDS, Event, new_event_id
from store.events import Acceptance, StoredEvent
from workers.desk import event_view
from workers.rehearsal import DryRun, DryStep
from workers.tracing import decided_record

Record = dict[str, Any]

NO_CONNECTIONS: Mapping[str, Connection] = {}
"""For events of platforms that are known here: their connections say nothing about how they are read."""

_NOT_READ = frozenset({"unreadable", "unknown"})


async def rehearsal(store: Store, stored: StoredEvent, rules: Sequence[Rule]) -> Record:
    """What the rules would do about the event now."""
    view = event_view(stored.event)
    runs = rehearse_event(rules, view, await past_of(store, stored, view, rules))
    waits = KINDS[view.kind].waits
    return {
        "event": stored.event.id,
        "kind": view.kind,
        "rules": [_run(run) for run in runs],
        "answers": [answer_record(tool_id, runs) for tool_id in ([tool.id for tool in view.tools] or [""]) if waits],
    }


def _run(run: DryRun) -> Record:
    record = decided_record(run.played) | {"outcome": run.outcome, "steps": [_step(step) for step in run.steps]}
    return record | ({"needs": run.needs} if run.needs else {})


def _step(step: DryStep) -> Record:
    told = {"id": step.key, "action": step.action, "line": step.line, "with": step.with_, "result": step.source}
    error = step.result.error if step.result else ""
    return told | ({"error": error} if error else {})


def answer_record(tool_id: str, runs: Sequence[DryRun]) -> Record:
    """Who answers one tool call, or the event, and with what."""
    run = answering(tool_id, runs)
    told: Record = {"tool": tool_id} if tool_id else {}
    if run is None:
        return told | {"by": "fallback", "rule": "", "answer": None}
    needs = run.needs if run.answer_hangs else ""
    return told | {"by": "rule", "rule": run.played.rule.name, "answer": run.played.answer, "needs": needs}


def answering(tool_id: str, runs: Sequence[DryRun]) -> DryRun | None:
    """The run that answers one tool call, or the event; None when the fallback does."""
    return next((run for run in runs if run.played.tool_id == tool_id and run.ends_turns), None)


# --- for real ---------------------------------------------------------------------------------------------------------


async def replay_live(
    store: Store, stored: StoredEvent, connections: Mapping[str, Connection] = NO_CONNECTIONS
) -> list[str]:
    """Enqueue the event again, as new ones in the bulk lane; their ids. What could not be read is read once more.

    Raises BadMapping where the connection cannot be read as it is written now.
    """
    events = [_once_more(event, stored.event) for event in _read_again(stored, connections)]
    for event in events:
        body = event.part or stored.body
        await store.events.accept(Acceptance(event, body, stored.headers, lane="bulk", request=stored.request))
    return [event.id for event in events]


def _read_again(stored: StoredEvent, connections: Mapping[str, Connection]) -> Sequence[Event]:
    original = stored.event
    known = connections.get(original.connection)
    provider = provider_for(known) if known else PROVIDERS.get(original.provider)
    if provider is None or provider.name != original.provider:
        return [original]
    if original.kind not in _NOT_READ and not original.problem:
        return [original]
    raw = RawDelivery(
        stored.body, stored.headers, stored.request, original.connection, received_at=original.received_at
    )
    return provider.normalise(raw)


def _once_more(event: Event, original: Event) -> Event:
    """Under an id of its own and without deduplication; `now` stays the moment of the original."""
    same = {"connection": original.connection, "provider": original.provider, "received_at": original.received_at}
    return event.model_copy(
        update={**same, "id": new_event_id(), "dedup_key": None, "replay_of": original.id}
    )  # fmt: skip
