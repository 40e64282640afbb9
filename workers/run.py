"""One rule's run: its steps in order, each journalled, resumable after any interruption."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from rules.engine.playing.events import ToolView
from rules.engine.playing.play import ask, matches, play
from rules.engine.playing.played import Played, StepResult
from rules.engine.playing.turns import OVERTAKEN
from rules.engine.rule import Rule
from store.deadletters import DeadLetter
from store.runs import Journal, Stopped, journal_key, step_of
from store.spans import span
from workers.desk import Work
from workers.holding import Holding, ReplacedError
from workers.pausing import PAUSED, PausedError, told
from workers.ran import Ran, decided_before, so_far
from workers.stepping import Parked, RunState, Stepper
from workers.tracing import trace_of
from workers.tries import finished_result

Hook = Callable[[], Awaitable[None]]

logger = logging.getLogger(__name__)


async def run_rule(
    work: Work,
    rule: Rule,
    tool: ToolView | None,
    *,
    on_match: Hook | None = None,
    patience: float | None = None,
    elsewhere: bool = False,
) -> Ran:
    """Play the rule, going on where an earlier run of it stopped. Raises Parked when it goes on as its own job.

    With `elsewhere` its first step is not performed here: the run is parked and due at once.
    """
    if not (rule.acts or work.has_run(rule, tool) or work.pause(rule)):
        return _ask(work, rule, tool)
    state = await _begin(work, rule, tool, patience)
    holding = Holding(work, state.rule, tool, patience)
    try:
        with span("run", attributes={"hookswitch.rule": rule.name}):
            played = await _play(work, state, tool, holding, _Watched(work, state, holding, on_match, elsewhere))
    except PausedError as paused:
        return await _stop(work, state, tool, holding, paused)
    except Parked as parked:
        await park(work, state.rule, tool, parked.delay)
        raise
    await holding.give_back()
    return Ran(played, state, {"holds": holding.notes} if holding.notes else {})


def _ask(work: Work, rule: Rule, tool: ToolView | None) -> Ran:
    """A rule that only answers leaves nothing to go on with."""
    with span("run", attributes={"hookswitch.rule": rule.name}):
        played = ask(rule, work.view, tool, work.surroundings)
    return Ran(played, RunState(work.run_id(rule.name, tool), rule, Journal()))


async def _begin(work: Work, rule: Rule, tool: ToolView | None, patience: float | None) -> RunState:
    """The run as it stands, in the version it began with. Raises Parked when another job goes on with it."""
    run_id = work.run_id(rule.name, tool)
    journal = await work.journal(run_id)
    if journal.own and work.lease.claim.job_id != run_id.job_id:
        raise Parked(0.0, "it is a job of its own")
    if journal.afresh:
        journal.version = ""
    elif journal.version not in ("", rule.version):
        rule = await work.desk.in_version(rule.name, journal.version)
    return RunState(run_id, rule, journal, patience)


async def _play(work: Work, state: RunState, tool: ToolView | None, holding: Holding, performer: _Watched) -> Played:
    """The rule as it goes, unless it is held back, paused or replaced by a newer run."""
    rule, decided = state.rule, state.journal.decided
    try:
        refused = _before_its_first_step(work, state, tool) or await holding.take(decided)
        if refused:
            return refused
        known = list(decided_before(work, rule, tool, decided))
        played = await play(rule, work.view, tool, work.surroundings, performer, decided)
    except ReplacedError:
        return Played(rule, state.run_id.tool_id, OVERTAKEN, error="a newer run took over")
    played.conditions[:0] = known
    return played


def _before_its_first_step(work: Work, state: RunState, tool: ToolView | None) -> Played | None:
    """Why a paused rule would not have run anyway; raises PausedError when it would have."""
    pause = work.pause(state.rule)
    if pause is None or state.journal.steps:
        return None
    matched = matches(state.rule, work.view, tool, work.surroundings, state.journal.decided)
    if matched.outcome != "ran":
        return matched
    raise PausedError(pause)


async def _stop(work: Work, state: RunState, tool: ToolView | None, holding: Holding, paused: PausedError) -> Ran:
    """Where somebody waits the rule passes its turn; otherwise the run waits for the pause to end, and so do we."""
    ran = Ran(so_far(work, state, tool, PAUSED), state, {"paused": told(paused.pause)})
    if _keeps_somebody_waiting(work, state):
        await holding.give_back()
        return ran
    record = trace_of(ran)
    paused.record = record.body
    under_way = bool(state.journal.steps)
    stopped = Stopped(work.event.connection, under_way, record.field, record.to_json())
    await park(work, state.rule, tool, 1.0, stopped)
    raise paused


def _keeps_somebody_waiting(work: Work, state: RunState) -> bool:
    if not (work.event.waits and state.rule.answers):
        return False
    return state.waited_for or not state.journal.steps


async def park(work: Work, rule: Rule, tool: ToolView | None, delay: float, stopped: Stopped | None = None) -> None:
    """Let the run wait as a job of its own, in this version and with this memory; the event's job is done with it."""
    runs, memory = work.desk.store.runs, await work.kept_memory()
    await runs.keep_version(rule.version, rule.document)
    await runs.park(work.lease.claim, work.run_id(rule.name, tool), delay, rule.version, memory, stopped)


async def bury(work: Work, ran: Ran) -> None:
    """Make a dead letter of a run that was given up."""
    state, played = ran.state, ran.played
    step = played.steps[-1].key
    attempts = [len(record["attempts"]) for key, record in state.journal.steps.items() if step_of(key) == step]
    letter = DeadLetter(
        state.run_id.job_id, work.event.id, state.rule.name, step, played.error, max(attempts, default=0),
        work.event.connection, work.event.kind,
    )  # fmt: skip
    await work.desk.store.dead.bury(work.lease.claim, letter)
    logger.warning("dead letter", extra={"rule": state.rule.name, "step": step})
    work.desk.observer.gave_up(state.rule.name)


@dataclass
class _Watched:
    """A performer that looks before each step whether the run may go on, and announces the first one."""

    work: Work
    state: RunState
    holding: Holding
    on_match: Hook | None
    elsewhere: bool

    async def perform(self, rule: Rule, step: Any, index: int | None, *arguments: Any) -> StepResult:
        if self.elsewhere:
            raise Parked(0.0, "its steps are taken by a job of their own")
        self._stop_if_paused(journal_key(step.key, index))
        hook, self.on_match = self.on_match, None
        if hook:
            await hook()
        await self.holding.ensure()
        return await Stepper(self.state, self.work).perform(rule, step, index, *arguments)

    def _stop_if_paused(self, key: str) -> None:
        """A step that is over gives what it gave, paused or not."""
        pause = self.work.pause(self.state.rule)
        record = self.state.journal.steps.get(key)
        if pause and not (record and finished_result(record)):
            raise PausedError(pause)
