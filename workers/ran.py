"""What became of a run, and what can be said of one that was stopped on its way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rules.engine.playing.events import ToolView
from rules.engine.playing.play import matches
from rules.engine.playing.played import ConditionTrace, Played, StepTrace
from rules.engine.rule import Condition, Rule, Step
from store.runs import step_of
from workers.desk import Work
from workers.stepping import RunState
from workers.tries import finished_result


@dataclass
class Ran:
    """What became of a run."""

    played: Played
    state: RunState
    notes: dict[str, Any] = field(default_factory=dict)
    """What else the trace should say, such as what became of a late answer."""

    @property
    def failed_for_good(self) -> bool:
        """Whether a step was given up and the rule stopped there."""
        return self.played.outcome == "failed"


def so_far(work: Work, state: RunState, tool: ToolView | None, outcome: str) -> Played:
    """A run that was stopped between two steps: what it has decided and done until then."""
    told = Played(state.rule, state.run_id.tool_id, outcome)
    told.conditions = list(decided_before(work, state.rule, tool, state.journal.decided))
    told.steps = [step for each in state.rule.steps for step in _taken(each, state)]
    return told


def _taken(step: Step, state: RunState) -> Iterator[StepTrace]:
    """A step that is over, or of whose items some are."""
    journal = state.journal
    if step.condition and journal.decided.get(step.condition.place) is False:
        yield StepTrace(step.key, step.action, "skipped", step.line)
        return
    records = [record for key, record in journal.steps.items() if step_of(key) == step.key]
    results = [result for record in records if (result := finished_result(record))]
    if results:
        failed = next((result for result in results if result.outcome == "failed"), results[-1])
        yield StepTrace(step.key, step.action, failed.outcome, step.line, failed.error)


def decided_before(
    work: Work, rule: Rule, tool: ToolView | None, decided: Mapping[str, bool]
) -> Iterator[ConditionTrace]:
    """What an interrupted run decided, for its trace. Its `if` saw what can be seen again; steps may have changed."""
    if "if" in decided:
        yield from matches(rule, work.view, tool, work.surroundings).conditions
    conditions = [step.condition for step in rule.steps] + [choice.condition for choice in rule.answer]
    for condition in conditions:
        if condition and condition.place in decided:
            yield _remembered(condition, decided[condition.place])


def _remembered(condition: Condition, value: bool) -> ConditionTrace:
    return _Remembered(condition.place, condition.expression, value, {})


class _Remembered(ConditionTrace):
    """A condition of which only the decision is known."""

    @cached_property
    def seen(self) -> dict[str, Any]:
        return {}
