"""Plays rules against an event without any effect: no step is performed, nothing is answered, nothing remembered.

A step gives what the journal of the original run says it gave. Where the journal says nothing, a step that no later
expression can ask about is taken to be done, and at any other the play ends, since what follows hangs on it. `limit`,
`once`, `concurrency` and pauses are the workers' and hold nothing back here.
"""

from __future__ import annotations

from collections.abc import Collection, Coroutine, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from rules.engine.events import EventView, ToolView
from rules.engine.play import Surroundings, matches, play
from rules.engine.played import Played, StepResult
from rules.engine.rule import Rule, Step
from rules.engine.turns import OVERTAKEN, matching_rules
from store.event import KINDS
from workers.actions import ACTIONS
from workers.stepping import finished_result, first_problem

Records = Mapping[str, Mapping[str, Any]]
"""Step key (with `#index` inside a for_each) → the journal's record of it."""
Source = Literal["recorded", "assumed", "refused", "unknown"]

T = TypeVar("T")


@dataclass(frozen=True)
class Past:
    """What is known of an event beside the event itself."""

    memory: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """What conditions see of memory."""
    journals: Mapping[tuple[str, str], Records] = field(default_factory=dict)
    """Rule and tool id → the journal of that run."""


@dataclass(frozen=True)
class DryStep:
    """One step as it would be performed."""

    key: str
    action: str
    line: int
    with_: Mapping[str, Any]
    source: Source
    """How its result is known: recorded when it really ran, assumed, refused by the action's parameters, or unknown."""
    result: StepResult | None = None


@dataclass(frozen=True)
class DryRun:
    """What one rule would do about one event or tool call."""

    played: Played
    steps: tuple[DryStep, ...] = ()

    @property
    def needs(self) -> str:
        """The step whose result nobody knows; "" when the rule was played to its end."""
        return self.steps[-1].key if self.steps and self.steps[-1].source == "unknown" else ""

    @property
    def outcome(self) -> str:
        """As in traces, and `undecided` for a rule that needs a result nobody knows."""
        return "undecided" if self.needs else self.played.outcome

    @property
    def ends_turns(self) -> bool:
        """Whether it answers; a rule that cannot be played to its end is taken to."""
        return bool(self.played.rule.answer) and (self.played.answer is not None or bool(self.needs))


Known = dict[tuple[str, str], DryRun]
"""Rule version and tool id → the run."""


def rehearse_event(rules: Iterable[Rule], view: EventView, past: Past, known: Known | None = None) -> list[DryRun]:
    """Every rule that listens to the event, as workers would take them; `rules` are in the order of turns.

    `known` keeps runs of the same rule versions on the same event, for playing it through several folders.
    """
    listening = [rule for rule in rules if rule.listens(view)]
    surroundings = surroundings_of(listening, past)
    runs = [DryRun(Played(rule, outcome="disabled")) for rule in listening if not rule.enabled]
    enabled = [rule for rule in listening if rule.enabled]
    for tool in view.tools or (None,):
        runs += _turns(enabled, view, tool, surroundings, past, {} if known is None else known)
    return runs


def surroundings_of(rules: Iterable[Rule], past: Past) -> Surroundings:
    """What expressions see beside the event; each secret is a stand-in that says its name."""
    names = {name for rule in rules for step in rule.steps for name in step.secrets}
    return Surroundings(memory=past.memory, secrets={name: f"<secrets.{name}>" for name in names})


def _turns(
    rules: Sequence[Rule], view: EventView, tool: ToolView | None, surroundings: Surroundings, past: Past, known: Known
) -> Iterator[DryRun]:
    waits = KINDS[view.kind].waits
    tool_id = tool.id if tool else ""
    answered = False
    for rule in rules if tool is None else matching_rules(rules, view, tool):
        if answered and rule.answers and not rule.shadow:
            yield DryRun(Played(rule, tool_id, outcome=OVERTAKEN))
            continue
        run = known.get((rule.version, tool_id))
        if run is None:
            run = rehearse(rule, view, tool, surroundings, past.journals.get((rule.name, tool_id), {}))
            known[(rule.version, tool_id)] = run
        answered = answered or (waits and not rule.shadow and run.ends_turns)
        yield run


def rehearse(
    rule: Rule, view: EventView, tool: ToolView | None, surroundings: Surroundings, records: Records
) -> DryRun:
    """One rule by itself; of a rule in shadow mode only the conditions, as in a worker."""
    matched = matches(rule, view, tool, surroundings)
    if matched.outcome != "ran" or rule.shadow:
        matched.outcome = "shadow" if matched.outcome == "ran" else matched.outcome
        return DryRun(matched)
    performer = _Rehearsal(records)
    try:
        played = _driven(play(rule, view, tool, surroundings, performer, {"if": True}))
    except _ResultUnknown:
        return DryRun(matched, tuple(performer.steps))
    played.conditions[:0] = matched.conditions
    return DryRun(played, tuple(performer.steps))


class _ResultUnknown(Exception):
    """The play cannot go on: what a step gives is not known."""


class _Rehearsal:
    """A performer that performs nothing."""

    def __init__(self, records: Records) -> None:
        self.records = records
        self.steps: list[DryStep] = []

    async def perform(
        self,
        rule: Rule,
        step: Step,
        index: int | None,
        with_: Mapping[str, Any],
        used_secrets: Collection[str],
        decided: Mapping[str, bool],
    ) -> StepResult:
        """The recorded result, else one that changes nothing; raises _ResultUnknown."""
        key = step.key if index is None else f"{step.key}#{index}"
        source, result = self.known(key, step, with_)
        self.steps.append(DryStep(key, step.action, step.line, with_, source, result))
        if result is None:
            raise _ResultUnknown
        return result

    def known(self, key: str, step: Step, with_: Mapping[str, Any]) -> tuple[Source, StepResult | None]:
        problem = _misfit(step.action, with_)
        if problem:
            return "refused", StepResult("failed", error=problem)
        record = self.records.get(key)
        recorded = finished_result(record) if record and record["action"] == step.action else None
        if recorded:
            return "recorded", recorded
        return ("unknown", None) if step.id and step.output else ("assumed", StepResult("done"))


def _misfit(action: str, with_: Mapping[str, Any]) -> str:
    """What the action would refuse, or ""."""
    try:
        ACTIONS[action].params.model_validate(dict(with_))
    except ValidationError as error:
        return first_problem(error)
    return ""


def _driven(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits."""
    try:
        coroutine.send(None)
    except StopIteration as stop:
        value: T = stop.value
        return value
    coroutine.close()
    raise RuntimeError("a rehearsal waited for something")
