"""Stored events with what is remembered of their handling, for everything that plays rules over them again."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from console.dryrun import Past, Records
from rules.engine.events import EventView
from rules.engine.rule import Rule
from store.client import Store
from store.events import StoredEvent
from store.runs import RunId
from workers.desk import event_view
from workers.toolbox import EventMemory

_MEMORY = re.compile(r"\bmemory\.(call|caller)\b")


@dataclass(frozen=True)
class Shelf:
    """Rules by the kinds they listen to, so that an event meets only those it may concern."""

    rules: Sequence[Rule]
    _by_kind: dict[str, list[Rule]] = field(default_factory=dict)

    def of(self, kind: str) -> list[Rule]:
        """The rules that may listen to this kind, in the order of turns; `native` triggers may hear any."""
        if kind not in self._by_kind:
            heard = ("", kind)
            self._by_kind[kind] = [rule for rule in self.rules if any(t.kind in heard for t in rule.triggers)]
        return self._by_kind[kind]

    @cached_property
    def asks_memory(self) -> bool:
        """Whether any of them looks at memory."""
        return any(_MEMORY.search(rule.source.text) for rule in self.rules)


async def past_of(store: Store, stored: StoredEvent, view: EventView, rules: Sequence[Rule]) -> Past:
    """What these rules may need to know of one event."""
    shelf = Shelf(rules)
    journals = await _journals(store, [(stored, view)], shelf)
    return Past(await _memory(store, stored, shelf), journals[stored.event.id])


async def events_with_past(
    store: Store, since_ms: int, rules: Sequence[Rule]
) -> AsyncIterator[tuple[StoredEvent, EventView, Past]]:
    """Every event since a moment, oldest first, with what these rules may need to know of it."""
    shelf = Shelf(rules)
    async for batch in store.events.since(since_ms):
        views = [(stored, event_view(stored.event)) for stored in batch]
        journals = await _journals(store, views, shelf)
        for stored, view in views:
            yield stored, view, Past(await _memory(store, stored, shelf), journals[stored.event.id])


async def _journals(
    store: Store, events: Sequence[tuple[StoredEvent, EventView]], shelf: Shelf
) -> dict[str, dict[tuple[str, str], Records]]:
    """Event id → rule and tool id → what the journal says of each step, read in one round trip."""
    named = (
        RunId(view.id, rule.name, tool.id if tool else "")
        for _, view in events
        for rule in shelf.of(view.kind)
        if any(step.output for step in rule.steps) and rule.listens(view)
        for tool in view.tools or (None,)
    )
    run_ids = list(dict.fromkeys(named))
    found: dict[str, dict[tuple[str, str], Records]] = {view.id: {} for _, view in events}
    for run_id, journal in zip(run_ids, await store.runs.load_all(run_ids) if run_ids else (), strict=True):
        if journal.steps:
            found[run_id.event_id][(run_id.rule, run_id.tool_id)] = journal.steps
    return found


async def _memory(store: Store, stored: StoredEvent, shelf: Shelf) -> Mapping[str, Mapping[str, Any]]:
    """As it was when the event was handled, where that was written down; else as it is now."""
    if stored.memory is not None:
        return stored.memory
    return await EventMemory(store.memory, stored.event).snapshot() if shelf.asks_memory else {}
