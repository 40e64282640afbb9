"""Which decisions about past events other rule files would change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from console.past.contrast import Contrast, Meeting
from console.past.dryrun import Known, Past, rehearse_event
from console.past.pastbook import Journals, journals_of, memories_of, past_view
from console.past.replay import answer_record
from rules.engine.playing.events import EventView
from rules.engine.playing.play import Surroundings
from rules.engine.playing.turns import OVERTAKEN
from rules.engine.rule import Rule
from store import survey
from store.client import Store
from store.event import KINDS
from store.survey import PastEvent, Span
from workers.rehearsal import DryRun

_IDLE = frozenset({None, "not_matched", "disabled", OVERTAKEN})
"""Outcomes of a rule that does nothing, the same as it not being there."""


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

    @property
    def sort(self) -> tuple[str, ...]:
        """The same for changes that say the same about the rules, whatever is in the events."""
        return self.kind, self.about.partition("#")[0], _gist(self.before), _gist(self.after)


def _gist(decision: Any) -> str:
    """An outcome, who answers, or the action of a step."""
    if decision is None or isinstance(decision, str):
        return decision or ""
    return decision["action"] if "action" in decision else f"{decision['by']} {decision['rule']}"


@dataclass
class Group:
    """Changes of one sort."""

    example: Change
    count: int = 1


@dataclass
class Comparison:
    """What came of playing events through two folders; as large as the rules are many, not the events."""

    events: int = 0
    changed_events: int = 0
    groups: dict[tuple[str, ...], Group] = field(default_factory=dict)

    @property
    def changes(self) -> int:
        """How many decisions would be others."""
        return sum(group.count for group in self.groups.values())

    def add(self, change: Change) -> None:
        """Count one more."""
        if change.sort in self.groups:
            self.groups[change.sort].count += 1
        else:
            self.groups[change.sort] = Group(change)


Hear = Callable[[Change], None]
LookedAt = Callable[[int], None]


@dataclass(frozen=True)
class Comparer:
    """Plays the events of a span through both folders, without effect; tells of each change and how far it has come."""

    store: Store
    contrast: Contrast
    hear: Hear = lambda change: None
    looked_at: LookedAt = lambda count: None

    async def run(self, span: Span) -> Comparison:
        """Page by page; kinds whose rules are the same in both folders are only counted."""
        found, contrast = Comparison(), self.contrast
        pages = survey.pages(self.store.redis, span, wanted=contrast.kinds, bodies=contrast.asks_payload)
        async for page in pages:
            found.events += page.matching
            await self._page(page.events, found)
            self.looked_at(page.looked_at)
        return found

    async def _page(self, events: Sequence[PastEvent], found: Comparison) -> None:
        memories = await memories_of(self.store, events, asked=self.contrast.asks_memory)
        looked_at = (_Event.of(past, memory, self.contrast) for past, memory in zip(events, memories, strict=True))
        doubtful = [event for event in looked_at if event.acting]
        journals = await journals_of(self.store, [(event.view, event.journalled) for event in doubtful])
        for event in doubtful:
            changes = list(event.changes(journals.get(event.view.id, {})))
            found.changed_events += bool(changes)
            for change in changes:
                found.add(change)
                self.hear(change)


async def compare(store: Store, span: Span, before: Sequence[Rule], after: Sequence[Rule], **told: Any) -> Comparison:
    """The decisions that differ; `hear` and `looked_at` as in Comparer."""
    return await Comparer(store, Contrast(before, after), **told).run(span)


@dataclass(frozen=True)
class _Event:
    """One event, and what it takes to play it."""

    received_ms: int
    view: EventView
    meeting: Meeting
    surroundings: Surroundings
    acting: frozenset[str]
    """The names of rules of which at least one version would do anything."""

    @classmethod
    def of(cls, past: PastEvent, memory: Mapping[str, Mapping[str, Any]], contrast: Contrast) -> _Event:
        view = past_view(past)
        meeting = contrast.of(view.kind)
        surroundings = Surroundings(memory, meeting.secrets, meeting.foreseen)
        return cls(past.received_ms, view, meeting, surroundings, meeting.acting(view, surroundings))

    @property
    def journalled(self) -> list[Rule]:
        """The rules whose steps a journal may tell of."""
        return [rule for rule in self.meeting.journalled if rule.name in self.acting]

    def changes(self, journals: Journals) -> Iterator[Change]:
        known: Known = {}
        past = Past(self.surroundings.memory, journals)
        old, new = (
            rehearse_event(
                [rule for rule in rules if rule.name in self.acting], self.view, past, known, self.surroundings
            )
            for rules in (self.meeting.before, self.meeting.after)
        )
        if not _same(old, new):
            yield from differences(self.view, self.received_ms, old, new)


def differences(view: EventView, received_ms: int, old: Sequence[DryRun], new: Sequence[DryRun]) -> Iterator[Change]:
    """The decisions about one event that are not the same."""
    was, would_be = _decisions(view, old), _decisions(view, new)
    for place in dict.fromkeys([*was, *would_be]):
        pair = was.get(place), would_be.get(place)
        if pair[0] != pair[1] and not (place[1].startswith("rule ") and _IDLE.issuperset(pair)):
            yield Change(view.id, view.kind, received_ms, *place, *pair)


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
            answer = {name: value for name, value in answer_record(tool_id, runs).items() if name != "tool"}
            found[(tool_id, "answer")] = answer
    return found
