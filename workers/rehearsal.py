"""Rehearses a rule without any effect: no step is performed, nothing is answered, nothing remembered.

A step gives what the journal of an earlier run says it gave. Where there is none, a step that no later expression asks
about is taken to be done. Of any other nobody knows what it gives; what hangs on that is not known either, and the rest
of the rule is played without it. `limit`, `once`, `concurrency` and pauses hold nothing back here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import takewhile
from typing import Any, Literal

from pydantic import ValidationError

from rules.engine.playing.driving import driven
from rules.engine.playing.events import EventView, ToolView
from rules.engine.playing.play import Surroundings, matches, play
from rules.engine.playing.played import Played, StepResult
from rules.engine.rule import Choice, Rule, Step
from store.runs import journal_key, step_of
from workers.actions import ACTIONS
from workers.stepping import first_problem
from workers.tries import finished_result

Records = Mapping[str, Mapping[str, Any]]
"""Step key (with `#index` inside a for_each) → the journal's record of it."""
Source = Literal["recorded", "assumed", "refused", "unknown", "hanging"]


@dataclass(frozen=True)
class DryStep:
    """One step as it would be performed."""

    key: str
    action: str
    line: int
    with_: Mapping[str, Any] | None
    """None when it hangs on what an earlier step gives."""
    source: Source
    """How its result is known: recorded when it really ran, assumed, refused by the action's parameters, or unknown.
    Whether a hanging one is performed at all, or with what, depends on what an earlier step gives."""
    result: StepResult | None = None


@dataclass(frozen=True)
class DryRun:
    """What one rule would do about one event or tool call."""

    played: Played
    steps: tuple[DryStep, ...] = ()
    needs: str = ""
    """The first step whose result nobody knows and something hangs on."""
    answer_hangs: bool = False
    """Whether that decides what it answers."""

    @property
    def outcome(self) -> str:
        """As in traces, and `undecided` for a rule that needs a result nobody knows."""
        return "undecided" if self.needs and self.played.outcome == "ran" else self.played.outcome

    @property
    def ends_turns(self) -> bool:
        """Whether it answers; a rule of which that is not known is taken to, and one in shadow mode never does."""
        return not self.played.rule.shadow and (self.played.answer is not None or self.answer_hangs)


def surroundings_of(rules: Iterable[Rule], memory: Mapping[str, Mapping[str, Any]]) -> Surroundings:
    """What expressions see beside the event; each secret is a stand-in that says its name."""
    names = {name for rule in rules for step in rule.steps for name in step.secrets}
    return Surroundings(memory=memory, secrets={name: f"<secrets.{name}>" for name in names})


def rehearse(
    rule: Rule, view: EventView, tool: ToolView | None, surroundings: Surroundings, records: Records
) -> DryRun:
    """One rule by itself, as far as it can be known."""
    matched = matches(rule, view, tool, surroundings)
    if matched.outcome != "ran":
        return DryRun(matched)
    run = _Rehearsal(rule, records).run(view, tool, surroundings)
    run.played.conditions[:0] = matched.conditions
    if rule.shadow:
        run.played.outcome = "shadow"
    return run


@dataclass(frozen=True)
class _Knowable:
    """A rule as far as it hangs on no result that nobody knows."""

    rule: Rule
    hanging: tuple[Step, ...]
    """Steps that cannot be rendered."""
    in_question: frozenset[str]
    """Keys of steps that can be, and of which it is not known whether they are performed."""
    answer_hangs: bool


def _knowable(rule: Rule, unknown: Collection[str]) -> _Knowable:
    """Leave out the steps that are unknown, and whatever mentions them or what was left out for that."""
    lost: set[str] = set()
    kept: list[Step] = []
    hanging: list[Step] = []
    in_question: set[str] = set()
    for step in rule.steps:
        if step.key not in unknown and not _mentions(_asked(step) | _rendered(step), lost):
            kept.append(step)
            continue
        if step.key not in unknown and _mentions(_rendered(step), lost):
            hanging.append(step)
        elif step.key not in unknown:
            kept.append(replace(step, condition=None))
            in_question.add(step.key)
        lost |= {step.id} - {""}
    answer = tuple(takewhile(lambda choice: not _mentions(_decisive(choice), lost), rule.answer))
    knowable = replace(rule, steps=tuple(kept), answer=answer)
    return _Knowable(knowable, tuple(hanging), frozenset(in_question), len(answer) < len(rule.answer))


def _mentions(names: Iterable[str], lost: Collection[str]) -> bool:
    return any(name.startswith("steps.") and name.split(".")[1] in lost for name in names)


def _asked(step: Step) -> frozenset[str]:
    return step.condition.expression.names if step.condition else frozenset()


def _rendered(step: Step) -> frozenset[str]:
    return step.template.names | (step.for_each.names if step.for_each else frozenset())


def _decisive(choice: Choice) -> frozenset[str]:
    return choice.template.names | (choice.condition.expression.names if choice.condition else frozenset())


@dataclass
class _Rehearsal:
    """One rule, played again and again until nothing in it hangs on what nobody knows."""

    rule: Rule
    records: Records

    def run(self, view: EventView, tool: ToolView | None, surroundings: Surroundings) -> DryRun:
        unknown: dict[str, list[DryStep]] = {}
        while True:
            knowable = _knowable(self.rule, unknown) if unknown else _Knowable(self.rule, (), frozenset(), False)
            performer = _Performer(self.records, knowable.in_question)
            played = driven(play(knowable.rule, view, tool, surroundings, performer, {"if": True}))
            found = next((step for step in performer.steps if step.source == "unknown"), None)
            if found is None:
                break
            key = step_of(found.key)
            unknown[key] = [step for step in performer.steps if step_of(step.key) == key]
        played = played if played.rule is self.rule else replace(played, rule=self.rule)
        return self._told(played, knowable, performer, unknown)

    def _told(
        self, played: Played, knowable: _Knowable, performer: _Performer, unknown: Mapping[str, list[DryStep]]
    ) -> DryRun:
        """Every step that would be taken, in order; behind one that stops the rule there are none."""
        by_key = {**unknown}
        for dry in performer.steps:
            by_key.setdefault(step_of(dry.key), []).append(dry)
        stopped = played.outcome != "ran"
        last = max((step.index for step in self.rule.steps if step.key in by_key), default=-1)
        for step in knowable.hanging:
            if not stopped or step.index < last:
                by_key[step.key] = [DryStep(step.key, step.action, step.line, None, "hanging")]
        steps = tuple(dry for step in self.rule.steps for dry in by_key.get(step.key, ()))
        answer_hangs = knowable.answer_hangs and played.answer is None and not stopped
        return DryRun(played, steps, "" if stopped else self._needed(unknown), answer_hangs)

    def _needed(self, unknown: Collection[str]) -> str:
        """The first of the unknown steps that anything mentions."""
        if not unknown:
            return ""
        mentioned = {name for step in self.rule.steps for name in _rendered(step) | _asked(step)}
        mentioned |= {name for choice in self.rule.answer for name in _decisive(choice)}
        steps = (step for step in self.rule.steps if step.key in unknown)
        return next((step.key for step in steps if _mentions(mentioned, {step.id})), "")


@dataclass
class _Performer:
    """Performs nothing."""

    records: Records
    in_question: Collection[str]

    def __post_init__(self) -> None:
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
        """The recorded result, else one that changes nothing."""
        key = journal_key(step.key, index)
        source, result = self.known(key, step, with_)
        self.steps.append(DryStep(key, step.action, step.line, with_, source, result))
        return result or StepResult("done")

    def known(self, key: str, step: Step, with_: Mapping[str, Any]) -> tuple[Source, StepResult | None]:
        if step.key in self.in_question:
            return "hanging", None
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
