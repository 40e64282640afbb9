"""Plays whole folders of rules against an event without any effect, as workers would take them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules.engine.playing.events import EventView, ToolView
from rules.engine.playing.played import Played
from rules.engine.playing.surroundings import Surroundings
from rules.engine.playing.turns import NOT_NEEDED, OVERTAKEN, has_acted, matching_rules
from rules.engine.rule import Rule
from store.event import KINDS
from workers.rehearsal import DryRun, Records, rehearse, surroundings_of


@dataclass(frozen=True)
class Past:
    """What is known of an event beside the event itself."""

    memory: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What conditions see of memory."""
    journals: Mapping[tuple[str, str], Records] = field(default_factory=dict)
    """Rule and tool id → the journal of that run."""


Known = dict[tuple[str, str], DryRun]
"""Rule version and tool id → the run."""


def rehearse_event(
    rules: Iterable[Rule],
    view: EventView,
    past: Past,
    known: Known | None = None,
    surroundings: Surroundings | None = None,
) -> list[DryRun]:
    """Every rule that listens to the event, as workers would take them; `rules` are in the order of turns.

    `known` keeps runs of the same rule versions on the same event, for playing it through several folders, and
    `surroundings` what has been laid out of it.
    """
    listening = [rule for rule in rules if rule.listens(view)]
    runs = [DryRun(Played(rule, outcome="disabled")) for rule in listening if not rule.enabled]
    enabled = [rule for rule in listening if rule.enabled]
    around = surroundings_of(enabled, past.memory) if surroundings is None else surroundings
    event = _Event(view, past, {} if known is None else known, around)
    for tool in view.tools or (None,):
        runs += event.turns(enabled if tool is None else matching_rules(enabled, view, tool), tool)
    return runs


class _Event:
    """One event on which rules are tried out."""

    def __init__(self, view: EventView, past: Past, known: Known, surroundings: Surroundings) -> None:
        self.view, self.past, self.known = view, past, known
        self.waits = KINDS[view.kind].waits
        self.surroundings = surroundings

    def turns(self, rules: Sequence[Rule], tool: ToolView | None) -> Iterator[DryRun]:
        """One tool call, or the event as a whole; the backstops that nobody waits for are asked last."""
        answered = acted = False
        for rule in sorted(rules, key=self._is_last_resort):
            takes_turns = self.waits and rule.answers
            if not rule.shadow and (answered if takes_turns else acted and rule.backstop):
                why = "" if takes_turns else NOT_NEEDED
                yield DryRun(Played(rule, tool.id if tool else "", outcome=OVERTAKEN, error=why))
                continue
            run = self._run(rule, tool)
            answered = answered or (takes_turns and run.ends_turns)
            acted = acted or has_acted(run.played)
            yield run

    def _is_last_resort(self, rule: Rule) -> bool:
        return rule.backstop and not (self.waits and rule.answers)

    def _run(self, rule: Rule, tool: ToolView | None) -> DryRun:
        tool_id = tool.id if tool else ""
        run = self.known.get((rule.version, tool_id))
        if run is None:
            journal = self.past.journals.get((rule.name, tool_id), {})
            run = self.known[(rule.version, tool_id)] = rehearse(rule, self.view, tool, self.surroundings, journal)
        return run
