"""One rule's run: its steps in order, each journalled, resumable after any interruption."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from rules.engine.events import ToolView
from rules.engine.play import play
from rules.engine.played import Played, StepResult
from rules.engine.rule import Rule
from store.deadletters import DeadLetter
from store.runs import Journal
from workers.desk import Work
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
        return self.played.outcome == "failed" and bool(self.state.failed_step)


async def run_rule(
    work: Work, rule: Rule, tool: ToolView | None, *, on_match: Hook | None = None, patience: float | None = None
) -> Ran:
    """Play the rule, going on where an earlier run of it stopped. Parks itself when a retry must wait."""
    run_id = work.run_id(rule.name, tool)
    journal = await work.desk.store.runs.load(run_id) if rule.steps else Journal()
    state = RunState(run_id, rule, work.lease, journal, patience)
    if state.journal.memory is None:
        state.journal.memory = work.memory
    stepper = _Announcing(Stepper(state, work.desk.store.runs, work.toolbox), on_match)
    surroundings = work.surroundings(state.journal.memory)
    try:
        played = await play(rule, work.view, tool, surroundings, stepper, state.journal.decided)
    except Parked as parked:
        await work.desk.store.runs.park(work.lease.claim, run_id, parked.delay)
        raise
    return Ran(played, state)


async def bury(work: Work, ran: Ran) -> None:
    """Make a dead letter of a run that was given up."""
    state = ran.state
    attempts = len(state.journal.steps[state.failed_step]["attempts"])
    letter = DeadLetter(
        state.run_id.job_id, work.event.id, state.rule.name, state.failed_step, state.failure, attempts,
        work.event.connection, work.event.kind,
    )  # fmt: skip
    await work.desk.store.dead.bury(work.lease.claim, letter)


@dataclass
class _Announcing:
    """A performer that says once, before the first step, that the rule has matched."""

    stepper: Stepper
    on_match: Hook | None

    async def perform(self, *arguments: Any) -> StepResult:
        hook, self.on_match = self.on_match, None
        if hook:
            await hook()
        return await self.stepper.perform(*arguments)
