"""What a worker process has at hand, and one event as it lies on the desk."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol

import orjson

from rules.engine.loading.load import load_document
from rules.engine.playing.events import EventView, ToolView
from rules.engine.playing.play import Surroundings
from rules.engine.rule import Rule
from rules.engine.vocabulary import Vocabulary
from store.about import now_about
from store.answers import CellAnswer
from store.client import Store
from store.connections import Connection
from store.event import Event, ToolCall
from store.events import StoredEvent
from store.pauses import Pause
from store.queue import ClaimedJob
from store.runs import Journal, RunId
from store.spans import note_subject
from store.visible import visible
from workers.lease import Lease, now
from workers.observer import Observer
from workers.pausing import Pauses
from workers.toolbox import Clients, EventMemory, Toolbox


class MissingRuleError(Exception):
    """A run's rule is neither in force nor remembered."""


class InForce(Protocol):
    """The rules in force at this moment: a whole folder as it was read, or a book that follows it."""

    @property
    def rules(self) -> tuple[Rule, ...]: ...

    def rule(self, name: str) -> Rule | None: ...


@dataclass
class Desk:
    """One for each worker process."""

    store: Store
    rules: InForce
    vocabulary: Vocabulary
    connections: Mapping[str, Connection]
    clients: Clients
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    pauses: Pauses = field(default_factory=Pauses)
    observer: Observer = field(default_factory=Observer)

    async def in_version(self, name: str, version: str) -> Rule:
        """A rule as it was in a version, or as it is in force for a run that has not begun. Raises MissingRuleError."""
        in_force = self.rules.rule(name)
        if in_force and version in ("", in_force.version):
            return in_force
        document = await self.store.runs.version(version)
        if document is None:
            raise MissingRuleError(name)
        return load_document(document, self.vocabulary)


@dataclass
class Work:
    """One event in work, under one lease."""

    desk: Desk
    stored: StoredEvent
    lease: Lease
    view: EventView
    toolbox: Toolbox
    memory: dict[str, dict[str, Any]] | None
    """As it was before the event, whatever its rules have done to it since; None until it has been recalled."""
    _journals: dict[RunId, Journal] = field(default_factory=dict, init=False)

    @property
    def event(self) -> Event:
        """The normalised event."""
        return self.stored.event

    @property
    def deadline(self) -> float | None:
        """Event loop time at which the platform stops waiting; None when nobody waits, or not any more."""
        if not self.stored.deadline_ms or self.stored.deadline_ms <= self.lease.claimed_ms:
            return None
        return self.lease.loop_time(self.stored.deadline_ms)

    def patience(self, rule: Rule) -> float | None:
        """Until when a rule may retry in place: its own `within`, else the platform's deadline."""
        if self.deadline is None or not rule.answers:
            return None
        return self.within(rule) or self.deadline

    def within(self, rule: Rule) -> float | None:
        """Event loop time of the rule's own deadline, which counts from the event's first byte."""
        return None if rule.within is None else self.lease.loop_time(self.stored.received_ms) + rule.within

    def pause(self, rule: Rule) -> Pause | None:
        """The pause that stops this rule for this event, or None."""
        return self.desk.pauses.covers(rule.name, self.event.connection)

    def fallback(self) -> CellAnswer:
        """What the caller hears when no rule answers."""
        connection = self.desk.connections.get(self.event.connection)
        return CellAnswer("fallback", connection.fallback_for(self.event.kind) if connection else {})

    def now_ms(self) -> float:
        """The store's clock now, as far as we can tell without asking it."""
        return self.lease.claimed_ms + (now() - self.lease.claimed_at) * 1000

    @cached_property
    def surroundings(self) -> Surroundings:
        """What expressions and templates see beside the event."""
        return Surroundings(memory=self.memory or {}, secrets=self.desk.secrets)

    async def recall(self) -> dict[str, dict[str, Any]]:
        """The memory, read from the store when nothing of it is known yet."""
        if self.memory is None:
            self.memory = await EventMemory(self.desk.store.memory, self.event).snapshot()
        return self.memory

    async def kept_memory(self) -> bytes:
        """The memory as it is written down with the event before a rule can change it; empty when that was done."""
        return orjson.dumps(await self.recall()) if self.stored.memory is None else b""

    def has_run(self, rule: Rule, tool: ToolView | None) -> bool:
        """Whether a run of the rule had begun when the job was claimed."""
        return bool(self.stored.runs) and self.run_id(rule.name, tool).on_event in self.stored.runs

    async def journal(self, run_id: RunId) -> Journal:
        """What a run has done so far, read once: whoever goes on with it keeps it up to date.

        The event knows which runs there are, so one that has not begun costs nothing.
        """
        if run_id not in self._journals:
            begun = run_id.on_event in self.stored.runs
            self._journals[run_id] = await self.desk.store.runs.load(run_id) if begun else Journal()
        return self._journals[run_id]

    async def rule_of(self, run_id: RunId) -> Rule:
        """The rule a run belongs to, in the version it began with. Raises MissingRuleError when nobody knows it.

        A run that a pause stopped before its first step goes on in the version in force, if the rule is still there.
        """
        journal, in_force = await self.journal(run_id), self.desk.rules.rule(run_id.rule)
        if journal.afresh and in_force:
            return in_force
        return await self.desk.in_version(run_id.rule, journal.version)

    def tool(self, tool_id: str) -> ToolView | None:
        """One of the event's tool calls; None stands for the event as a whole."""
        return next((tool for tool in self.view.tools if tool.id == tool_id), None)

    def run_id(self, rule: str, tool: ToolView | None) -> RunId:
        """The id of a rule's run on this event, or on one of its tool calls."""
        return RunId(self.event.id, rule, tool.id if tool else "")


async def on_the_desk(ctx: Mapping[str, Any], event_id: str) -> Work | None:
    """The event to work on, as it came with its job; None when it is gone, and then its job is over."""
    desk: Desk = ctx["desk"]
    lease: Lease = ctx["lease"]
    job: ClaimedJob = ctx["job"]
    stored = job.event(event_id) or await desk.store.events.get(event_id)
    if stored is None:
        await desk.store.queue.finish(lease.claim, event_id, {})
        return None
    return lay_out(desk, stored, lease)


def lay_out(desk: Desk, stored: StoredEvent, lease: Lease) -> Work:
    """Everything needed to work on an event."""
    now_about(stored.event)
    note_subject()
    toolbox = Toolbox(desk.store, desk.clients, desk.connections, stored.event, lease)
    return Work(desk, stored, lease, event_view(stored.event), toolbox, stored.memory)


def event_view(event: Event) -> EventView:
    """The event as the engine sees it: flat, qualified names."""
    return EventView(
        id=event.id, kind=event.kind, native=event.native, connection=event.connection, provider=event.provider,
        generation=event.generation, name=event.name, values=visible(event),
        tools=tuple(_tool_view(event, tool) for tool in event.tools),
    )  # fmt: skip


def _tool_view(event: Event, tool: ToolCall) -> ToolView:
    seen = visible(event, tool)
    values = {name: seen[name] for name in seen if name.startswith("tool.")}
    return ToolView(id=tool.id, name=tool.name, values=values)
