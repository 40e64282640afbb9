"""One event: match → turns and runs → answer → trace."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rules.engine.events import ToolView
from rules.engine.play import render_meanwhile
from rules.engine.played import Played
from rules.engine.rule import Rule
from rules.engine.turns import matching_rules, side_rules, take_turns
from store.answers import CellAnswer, Settled
from store.runs import LeaseLostError, RunId
from workers.desk import Desk, Work, lay_out
from workers.late import deliver_late
from workers.lease import Lease
from workers.run import Ran, bury, run_rule
from workers.stepping import Parked
from workers.tracing import TraceRecord, feed_line, in_shadow, trace_of, unplayed

logger = logging.getLogger(__name__)


@dataclass
class Findings:
    """What an event's job has found out so far."""

    records: list[TraceRecord] = field(default_factory=list)
    stages: dict[str, float] = field(default_factory=dict)
    dead: bool = False

    def add(self, ran: Ran) -> None:
        """One rule is through."""
        self.records.append(trace_of(ran))


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
    findings.records += [unplayed(rule, "disabled") for rule in rules if not rule.enabled]
    shadows = [rule for rule in rules if rule.enabled and rule.shadow]
    findings.records += [in_shadow(work, rule, tool) for rule in shadows for tool in _cells(work)]
    in_force = [rule for rule in rules if rule.enabled and not rule.shadow]
    findings.stages["matched"] = work.now_ms()
    await _all([*_answering(work, in_force, findings), *_side_runs(work, in_force, findings)])
    findings.stages["done"] = work.now_ms()
    await _finish(work, findings)


async def resume_run(ctx: Mapping[str, Any], run: str) -> None:
    """The job of one parked run: it goes on where it stopped."""
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
        await _answer_alone(work, rule, tool, findings)
    else:
        await _side_run(work, rule, tool, findings)
    if findings.records:
        await _finish(work, findings)


def _cells(work: Work) -> Sequence[ToolView | None]:
    """Every tool call by itself, or the event as a whole."""
    return work.view.tools or (None,)


async def _all(jobs: Sequence[Any]) -> None:
    """Run side by side; the first failure stops the others, since they share the lease."""
    async with asyncio.TaskGroup() as group:
        for job in jobs:
            group.create_task(job)


async def _finish(work: Work, findings: Findings) -> None:
    trace = {record.field: record.to_json() for record in findings.records}
    if findings.stages:
        trace["stages"] = work.stages_json(findings.stages)
    outcome = "dead" if findings.dead else "done"
    line = feed_line(work, findings.records)
    await work.desk.store.queue.finish(work.lease.claim, work.event.id, trace, outcome=outcome, feed=line)


# --- the rules that answer take turns ---------------------------------------------------------------------------------


def _answering(work: Work, rules: Sequence[Rule], findings: Findings) -> list[Any]:
    if not work.event.waits:
        return []
    return [_answer_cell(work, rules, tool, findings) for tool in _cells(work)]


async def _answer_cell(work: Work, rules: Sequence[Rule], tool: ToolView | None, findings: Findings) -> None:
    """Turns for one cell: the first answer ends them; without one, the fallback is settled at once."""
    candidates = [rule for rule in matching_rules(rules, work.view, tool) if rule.answers]
    runs: dict[str, Ran] = {}

    async def play_one(rule: Rule) -> Played:
        runs[rule.name] = await _answering_run(work, rule, tool)
        return runs[rule.name].played

    try:
        turns = await take_turns(candidates, play_one)
    except Parked:
        await _settle(work, tool, work.fallback())
        return
    for played in turns:
        ran = runs.get(played.rule.name)
        findings.records.append(trace_of(ran) if ran else unplayed(played.rule, played.outcome, tool))
        if ran and ran.failed_for_good:
            await bury(work, ran)
            findings.dead = True
    if not any(played.answer is not None for played in turns):
        await _settle(work, tool, work.fallback())
    findings.stages["answered"] = work.now_ms()


async def _answer_alone(work: Work, rule: Rule, tool: ToolView | None, findings: Findings) -> None:
    """An answering run that was parked: by now its answer is late."""
    try:
        ran = await _answering_run(work, rule, tool)
    except Parked:
        return
    await _add(work, ran, findings)


async def _answering_run(work: Work, rule: Rule, tool: ToolView | None) -> Ran:
    """Play one rule whose answer somebody waits for, and settle what it says."""

    async def announce() -> None:
        meanwhile = render_meanwhile(rule, work.view, tool, work.surroundings())
        if meanwhile is not None:
            await _settle(work, tool, CellAnswer("meanwhile", meanwhile, rule.name))

    timer = asyncio.create_task(_settle_at_within(work, rule, tool))
    try:
        ran = await run_rule(work, rule, tool, on_match=announce, patience=work.patience(rule))
    finally:
        timer.cancel()
    if ran.played.answer is not None:
        answer = CellAnswer("rule", dict(ran.played.answer), rule.name)
        if await _settle(work, tool, answer) == "late":
            ran.notes["late"] = await deliver_late(work, ran.state, tool, answer)
    return ran


async def _settle_at_within(work: Work, rule: Rule, tool: ToolView | None) -> None:
    """When the rule's own deadline passes, its `meanwhile` (or the fallback) is what the caller hears."""
    within = work.within(rule)
    if within is None:
        return
    await asyncio.sleep(within - asyncio.get_running_loop().time())
    await _settle(work, tool, work.fallback())


async def _settle(work: Work, tool: ToolView | None, answer: CellAnswer) -> Settled:
    claim = work.lease.claim
    tool_id = tool.id if tool else ""
    settled = await work.desk.store.answers.settle(claim.job_id, claim.token, work.event.id, tool_id, answer)
    if settled == "stale":
        raise LeaseLostError(claim.job_id)
    return settled


# --- the rules that do not answer all run, side by side ---------------------------------------------------------------


def _side_runs(work: Work, rules: Sequence[Rule], findings: Findings) -> list[Any]:
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
            await work.desk.store.runs.park(work.lease.claim, work.run_id(rule.name, tool), 0.0)
            return
        ran = await run_rule(work, rule, tool)
    except Parked:
        return
    await _add(work, ran, findings)


async def _add(work: Work, ran: Ran, findings: Findings) -> None:
    findings.add(ran)
    if ran.failed_for_good:
        await bury(work, ran)
        findings.dead = True
