"""One rule's run: its steps in order, each journalled, resumable after any interruption."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from rules.engine.events import ToolView
from rules.engine.play import matches, play
from rules.engine.played import ConditionTrace, Played, StepResult
from rules.engine.rule import Condition, Rule
from rules.engine.turns import OVERTAKEN
from store.deadletters import DeadLetter
from store.runs import Journal
from workers.desk import Work
from workers.holding import Holding, ReplacedError
from workers.stepping import Parked, RunState, Stepper

Hook = Callable[[], Awaitable[None]]


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


async def run_rule(
    work: Work, rule: Rule, tool: ToolView | None, *, on_match: Hook | None = None, patience: float | None = None
) -> Ran:
    """Play the rule, going on where an earlier run of it stopped. Raises Parked when it goes on as its own job."""
    run_id = work.run_id(rule.name, tool)
    journal = await work.desk.store.runs.load(run_id) if rule.steps else Journal()
    if journal.own and work.lease.claim.job_id != run_id.job_id:
        raise Parked(0.0, "it is a job of its own")
    if journal.version not in ("", rule.version):
        rule = await work.desk.in_version(rule.name, journal.version)
    state = RunState(run_id, rule, work.lease, journal, patience)
    holding = Holding(work, rule, tool, patience)
    try:
        played = await _play(work, state, tool, holding, on_match)
    except Parked as parked:
        await park(work, rule, tool, parked.delay)
        raise
    await holding.give_back()
    return Ran(played, state, {"holds": holding.notes} if holding.notes else {})


async def _play(work: Work, state: RunState, tool: ToolView | None, holding: Holding, on_match: Hook | None) -> Played:
    """The rule as it goes, unless it is held back or replaced by a newer run."""
    rule, decided = state.rule, state.journal.decided
    stepper = _Announcing(Stepper(state, work), holding, on_match)
    try:
        refused = await holding.take(decided)
        if refused:
            return refused
        told = list(_decided_before(work, rule, tool, decided))
        played = await play(rule, work.view, tool, work.surroundings, stepper, decided)
    except ReplacedError:
        return Played(rule, state.run_id.tool_id, OVERTAKEN, error="a newer run took over")
    played.conditions[:0] = told
    return played


async def park(work: Work, rule: Rule, tool: ToolView | None, delay: float) -> None:
    """Let the run wait as a job of its own, in this version and with this memory; the event's job is done with it."""
    runs = work.desk.store.runs
    await runs.keep_version(rule.version, rule.document)
    await runs.park(work.lease.claim, work.run_id(rule.name, tool), delay, rule.version, work.kept_memory)


def _decided_before(
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


async def bury(work: Work, ran: Ran) -> None:
    """Make a dead letter of a run that was given up."""
    state, played = ran.state, ran.played
    step = played.steps[-1].key
    attempts = [len(record["attempts"]) for key, record in state.journal.steps.items() if key.partition("#")[0] == step]
    letter = DeadLetter(
        state.run_id.job_id, work.event.id, state.rule.name, step, played.error, max(attempts, default=0),
        work.event.connection, work.event.kind,
    )  # fmt: skip
    await work.desk.store.dead.bury(work.lease.claim, letter)


@dataclass
class _Announcing:
    """A performer that says once, before the first step, that the rule has matched."""

    stepper: Stepper
    holding: Holding
    on_match: Hook | None

    async def perform(self, *arguments: Any) -> StepResult:
        hook, self.on_match = self.on_match, None
        if hook:
            await hook()
        await self.holding.ensure()
        return await self.stepper.perform(*arguments)
