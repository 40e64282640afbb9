"""One event: match → turns and runs → answer → trace."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from redis.exceptions import RedisError

from rules.engine.events import ToolView
from rules.engine.expressions import EvaluationError
from rules.engine.play import render_meanwhile
from rules.engine.played import Played
from rules.engine.rule import Rule
from rules.engine.turns import OVERTAKEN, matching_rules, side_rules, take_turns
from store.answers import CellAnswer, Settled
from store.runs import LeaseLostError, RunId
from store.tasks import end
from workers.desk import Desk, Work, lay_out
from workers.late import deliver_late
from workers.lease import Lease
from workers.run import Ran, bury, park, run_rule
from workers.stepping import Parked
from workers.tracing import TraceRecord, feed_line, in_shadow, trace_of, unplayed

logger = logging.getLogger(__name__)


@dataclass
class Findings:
    """What a job has found out so far."""

    records: list[TraceRecord] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)
    failed: list[Ran] = field(default_factory=list)
    """Runs that were given up."""
    parked: set[str] = field(default_factory=set)
    """Rules whose runs go on as jobs of their own."""

    def add(self, ran: Ran) -> None:
        """One rule is through."""
        self.records.append(trace_of(ran))
        if ran.failed_for_good:
            self.failed.append(ran)


async def handle_event(ctx: Mapping[str, Any], event_id: str) -> None:
    """The job of a fresh event, or of one whose worker died."""
    desk: Desk = ctx["desk"]
    lease: Lease = ctx["lease"]
    stored = await desk.store.events.get(event_id)
    if stored is None:
        await desk.store.queue.finish(lease.claim, event_id, {})
        return
    work = await lay_out(desk, stored, lease)
    findings = Findings(stages={"claimed": lease.claimed_ms})
    rules = [rule for rule in desk.rules.rules if rule.listens(work.view)]
    findings.records += _not_in_force(work, rules)
    in_force = [rule for rule in rules if rule.enabled and not rule.shadow]
    findings.stages["matched"] = work.now_ms()
    await _all([*_answering(work, in_force, findings), *_side_runs(work, in_force, findings)])
    findings.stages["done"] = work.now_ms()
    await _finish(work, findings)


async def resume_run(ctx: Mapping[str, Any], run: str) -> None:
    """The job of one parked run: it goes on where it stopped, and its turn is followed by those it held up."""
    desk: Desk = ctx["desk"]
    lease: Lease = ctx["lease"]
    run_id = RunId.parse(run)
    stored = await desk.store.events.get(run_id.event_id)
    if stored is None:
        await desk.store.queue.finish(lease.claim, run_id.event_id, {})
        return
    work = await lay_out(desk, stored, lease)
    rule = await desk.rule_of(run_id)
    tool = next((tool for tool in work.view.tools if tool.id == run_id.tool_id), None)
    findings = Findings()
    if work.event.waits and rule.answers:
        await _take_turns(work, [rule, *_held_up(desk, work, rule, tool)], tool, findings)
    else:
        await _side_run(work, rule, tool, findings)
    if rule.name not in findings.parked:
        await _finish(work, findings)


def _held_up(desk: Desk, work: Work, rule: Rule, tool: ToolView | None) -> Iterator[Rule]:
    """The rules whose turn comes after this one's."""
    for other in matching_rules(desk.rules.rules, work.view, tool):
        if other.answers and other.enabled and not other.shadow and other.order > rule.order:
            yield other


def _not_in_force(work: Work, rules: Sequence[Rule]) -> Iterator[TraceRecord]:
    """The records of rules that are switched off, or only show what they would do."""
    for rule in rules:
        if not rule.enabled:
            yield unplayed(rule, "disabled")
        elif rule.shadow:
            yield from (in_shadow(work, rule, tool) for tool in _cells(work) if rule.listens_to_tool(work.view, tool))


def _cells(work: Work) -> Sequence[ToolView | None]:
    """Every tool call by itself, or the event as a whole."""
    return work.view.tools or (None,)


async def _all(jobs: Sequence[Coroutine[Any, Any, None]]) -> None:
    """Run side by side. One that fails does not break into the steps of the others: all come to their end first."""
    results = await asyncio.gather(*jobs, return_exceptions=True)
    failures = [result for result in results if isinstance(result, BaseException)]
    if failures:
        raise BaseExceptionGroup("rules could not be handled", failures)


async def _finish(work: Work, findings: Findings) -> None:
    for ran in findings.failed:
        await bury(work, ran)
    trace = {record.field: record.to_json() for record in findings.records}
    if findings.stages:
        trace["stages"] = work.stages_json(findings.stages)
    outcome = "dead" if findings.failed else "done"
    line = feed_line(work, findings.records)
    await work.desk.store.queue.finish(work.lease.claim, work.event.id, trace, outcome=outcome, feed=line)


# --- the rules that answer take turns ---------------------------------------------------------------------------------


def _answering(work: Work, rules: Sequence[Rule], findings: Findings) -> list[Coroutine[Any, Any, None]]:
    if not work.event.waits:
        return []
    return [_answer_cell(work, rules, tool, findings) for tool in _cells(work)]


async def _answer_cell(work: Work, rules: Sequence[Rule], tool: ToolView | None, findings: Findings) -> None:
    candidates = [rule for rule in matching_rules(rules, work.view, tool) if rule.answers]
    await _take_turns(work, candidates, tool, findings)
    findings.stages["answered"] = work.now_ms()


async def _take_turns(work: Work, candidates: Sequence[Rule], tool: ToolView | None, findings: Findings) -> None:
    """The first answer ends the turns of a cell; without one, the fallback is settled at once.

    A run that must wait holds up those after it: whether they are asked at all is found out when it goes on.
    """
    playing = ""

    async def play_one(rule: Rule) -> Played:
        nonlocal playing
        playing = rule.name
        ran = await _answering_run(work, rule, tool)
        findings.add(ran)
        return ran.played

    try:
        turns = await take_turns(candidates, play_one)
    except Parked:
        findings.parked.add(playing)
        if work.lease.claim.job_id == work.run_id(playing, tool).job_id:
            return
        turns = []
    findings.records += [unplayed(played.rule, OVERTAKEN, tool) for played in turns if played.outcome == OVERTAKEN]
    if all(played.answer is None for played in turns):
        await _settle(work, tool, work.fallback())


async def _answering_run(work: Work, rule: Rule, tool: ToolView | None) -> Ran:
    """Play one rule whose answer somebody waits for, and settle what it says."""
    hold = _Hold(work, rule, tool)
    try:
        ran = await run_rule(work, rule, tool, on_match=hold.begin, patience=work.patience(rule))
    finally:
        await hold.end()
    if hold.problem:
        ran.notes["meanwhile"] = {"error": hold.problem}
    if ran.played.answer is not None:
        answer = CellAnswer("rule", dict(ran.played.answer), rule.name)
        if await _settle(work, tool, answer) == "late":
            ran.notes["late"] = await deliver_late(work, ran.state, tool, answer)
    return ran


@dataclass
class _Hold:
    """What a caller hears while a rule works: its `meanwhile`, for good once the rule's own deadline has passed."""

    work: Work
    rule: Rule
    tool: ToolView | None
    problem: str = ""
    """Why there is no `meanwhile` although the rule has one."""
    _timer: asyncio.Task[None] | None = None

    async def begin(self) -> None:
        """The rule has matched and is about to take its first step."""
        try:
            said = render_meanwhile(self.rule, self.work.view, self.tool, self.work.surroundings)
        except EvaluationError as error:
            said, self.problem = None, f"line {error.line}: {error.message}"
        if said is not None:
            await _settle(self.work, self.tool, CellAnswer("meanwhile", said, self.rule.name))
        within = self.work.within(self.rule)
        if within is not None:
            self._timer = asyncio.create_task(self._for_good_at(within))

    async def end(self) -> None:
        """The rule is through."""
        await end(self._timer)

    async def _for_good_at(self, moment: float) -> None:
        await asyncio.sleep(moment - asyncio.get_running_loop().time())
        try:
            await _settle(self.work, self.tool, self.work.fallback())
        except (LeaseLostError, RedisError) as error:
            logger.warning("a caller hears no `meanwhile`", extra={"rule": self.rule.name, "error": repr(error)})


async def _settle(work: Work, tool: ToolView | None, answer: CellAnswer) -> Settled:
    claim = work.lease.claim
    tool_id = tool.id if tool else ""
    settled = await work.desk.store.answers.settle(claim.job_id, claim.token, work.event.id, tool_id, answer)
    if settled == "stale":
        raise LeaseLostError(claim.job_id)
    return settled


# --- the rules that do not answer all run, side by side ---------------------------------------------------------------


def _side_runs(work: Work, rules: Sequence[Rule], findings: Findings) -> list[Coroutine[Any, Any, None]]:
    silent = side_rules(rules) if work.event.waits else rules
    return [
        _side_run(work, rule, tool, findings)
        for tool in _cells(work)
        for rule in matching_rules(silent, work.view, tool)
    ]


async def _side_run(work: Work, rule: Rule, tool: ToolView | None, findings: Findings) -> None:
    """Run one rule that nobody waits for; on a live event its steps move to the background lane."""
    try:
        if work.lease.claim.lane == "live" and rule.steps:
            await park(work, rule, tool, 0.0)
            findings.parked.add(rule.name)
        else:
            findings.add(await run_rule(work, rule, tool))
    except Parked:
        findings.parked.add(rule.name)
