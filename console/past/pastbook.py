"""What is remembered of the handling of stored events, for everything that plays rules over them again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from console.past.dryrun import Past
from rules.engine.playing.events import EventView, ToolView
from rules.engine.rule import Rule
from store.client import Store
from store.event import Event
from store.events import StoredEvent
from store.runs import RunId
from store.survey import PastEvent
from store.visible import visible_stored, without_nulls
from workers.rehearsal import Records
from workers.toolbox import EventMemory

Seen = Mapping[str, Mapping[str, Any]]
"""What rules see of memory: `call` and `caller` → what is remembered."""
Journals = Mapping[tuple[str, str], Records]
"""Rule and tool id → what the journal says of each step."""

_NOTHING: Seen = {}


def past_view(past: PastEvent) -> EventView:
    """The event as rules see it, without making a whole event of it."""
    document = past.document
    named = {name: document.get(name, "") for name in ("id", "native", "connection", "provider", "generation", "name")}
    tools = tuple(_tool_view(tool) for tool in document.get("tools", ()))
    kind, values = document.get("kind", "unknown"), visible_stored(document, past.payload)
    return EventView(kind=kind, values=values, tools=tools, **named)


def _tool_view(tool: Mapping[str, Any]) -> ToolView:
    id_, name = tool.get("id", ""), tool.get("name", "")
    values = {"tool.id": id_, "tool.name": name, "tool.arguments": without_nulls(tool.get("arguments", {}))}
    return ToolView(id_, name, values)


async def past_of(store: Store, stored: StoredEvent, view: EventView, rules: Sequence[Rule]) -> Past:
    """What these rules may need to know of one event."""
    journals = await journals_of(store, [(view, rules)])
    (memory,) = await memories_of(store, [stored], asked=asks_memory(rules))
    return Past(memory, journals.get(view.id, {}))


def asks_memory(rules: Iterable[Rule]) -> bool:
    """Whether any of the rules looks at memory."""
    return any(name.startswith("memory.") for rule in rules for name in rule.names)


async def journals_of(store: Store, events: Iterable[tuple[EventView, Sequence[Rule]]]) -> dict[str, Journals]:
    """Event id → the journals of the runs of its rules, all read in one round trip."""
    named = (
        RunId(view.id, rule.name, tool.id if tool else "")
        for view, rules in events
        for rule in rules
        if any(step.output for step in rule.steps) and rule.listens(view)
        for tool in view.tools or (None,)
    )
    run_ids = list(dict.fromkeys(named))
    found: dict[str, dict[tuple[str, str], Records]] = {}
    for run_id, journal in zip(run_ids, await store.runs.load_all(run_ids) if run_ids else (), strict=True):
        if journal.steps:
            found.setdefault(run_id.event_id, {})[(run_id.rule, run_id.tool_id)] = journal.steps
    return dict(found)


async def memories_of(store: Store, events: Sequence[StoredEvent | PastEvent], *, asked: bool) -> list[Seen]:
    """Memory as it was when each event was handled, where that was written down; else as it is now, if asked for."""
    if not asked:
        return [_NOTHING if event.memory is None else event.memory for event in events]
    unknown = [event.event for event in events if event.memory is None]
    subjects = list(dict.fromkeys(subject for event in unknown for subject in _subjects(store, event).values()))
    recalled = dict(zip(subjects, await store.memory.recall_all(subjects) if subjects else (), strict=True))
    return [
        {scope: recalled[subject] for scope, subject in _subjects(store, event.event).items()}
        if event.memory is None
        else event.memory
        for event in events
    ]


def _subjects(store: Store, event: Event) -> dict[str, str]:
    """Scope → whose memory it is; an anonymous caller has none."""
    memory = EventMemory(store.memory, event)
    return {scope: subject for scope in ("call", "caller") if (subject := memory.subject(scope))}
