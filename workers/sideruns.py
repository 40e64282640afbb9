"""The rules that nobody waits for: they all run, side by side, and the backstops among them only if no other did."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from typing import Any

from rules.engine.playing.events import ToolView
from rules.engine.playing.play import matches
from rules.engine.playing.played import NOT_MATCHED
from rules.engine.playing.turns import NOT_NEEDED, matching_rules, side_rules
from rules.engine.rule import Rule
from store.tasks import is_asked_to_end
from workers.desk import Work
from workers.ledger import Ledger, cells
from workers.run import run_rule
from workers.stepping import Parked

Job = Coroutine[Any, Any, None]


async def side_by_side(jobs: Sequence[Job]) -> None:
    """Run them all. One that fails does not break into the steps of the others: all come to their end first."""
    if len(jobs) == 1:
        results: Sequence[BaseException | None] = [await _failure_of(jobs[0])]
    else:
        results = await asyncio.gather(*map(_failure_of, jobs), return_exceptions=True) if jobs else []
    failures = [result for result in results if result is not None]
    if failures:
        raise BaseExceptionGroup("rules could not be handled", failures)


async def _failure_of(job: Job) -> BaseException | None:
    """What a job raised, handed on by hand: some of it would end the event loop when it left a task."""
    try:
        await job
    except GeneratorExit:
        raise
    except BaseException as error:
        if isinstance(error, asyncio.CancelledError) and is_asked_to_end():
            raise
        return error
    return None


def unattended(work: Work, rules: Sequence[Rule]) -> list[Rule]:
    """Those whose answer nobody waits for, or that have none."""
    return side_rules(rules) if work.event.waits else list(rules)


def side_runs(work: Work, silent: Sequence[Rule], ledger: Ledger) -> list[Job]:
    """Every rule that nobody waits for and is no backstop, on every tool call it listens to."""
    asked = [rule for rule in silent if not rule.backstop]
    if not asked:
        return []
    return [
        side_run(work, rule, tool, ledger)
        for tool in cells(work)
        for rule in matching_rules(asked, work.view, tool)
        if has_to_do(work, rule, tool, ledger)
    ]


def has_to_do(work: Work, rule: Rule, tool: ToolView | None, ledger: Ledger) -> bool:
    """Whether a run has begun, or might; of most rules that listen to an event the conditions do not hold."""
    if work.has_run(rule, tool):
        return True
    played = matches(rule, work.view, tool, work.surroundings)
    if played.outcome == NOT_MATCHED:
        ledger.entries.append(played)
    return played.outcome != NOT_MATCHED


def backstop_runs(work: Work, silent: Sequence[Rule], ledger: Ledger) -> list[Job]:
    """The backstops of each tool call, once every other rule has been asked."""
    backstops = [rule for rule in silent if rule.backstop]
    if not backstops:
        return []
    return [_backstops(work, matching_rules(backstops, work.view, tool), tool, ledger) for tool in cells(work)]


async def _backstops(work: Work, rules: Sequence[Rule], tool: ToolView | None, ledger: Ledger) -> None:
    """One after the other, until one acts."""
    tool_id = tool.id if tool else ""
    for rule in rules:
        if tool_id in ledger.acted:
            ledger.overtake([rule], tool, NOT_NEEDED)
        else:
            await side_run(work, rule, tool, ledger)


async def side_run(work: Work, rule: Rule, tool: ToolView | None, ledger: Ledger) -> None:
    """Run one rule that nobody waits for; on a live event its steps are taken in the background lane."""
    try:
        ledger.add(await run_rule(work, rule, tool, elsewhere=work.lease.claim.lane == "live"))
    except Parked as parked:
        ledger.park(work.run_id(rule.name, tool), parked)
