"""One event: match → turns and runs → answer → trace."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import orjson

from rules.engine.playing.events import ToolView
from rules.engine.playing.turns import matching_rules
from rules.engine.rule import Rule
from store.answers import LateAnswerError
from store.runs import RunId
from workers.answering import answer_cell, deal_with_late, take_all_turns
from workers.desk import Work, on_the_desk
from workers.ledger import Ledger, cells
from workers.reconcile.complete import begin_completion
from workers.run import bury
from workers.sideruns import backstop_runs, side_by_side, side_run, side_runs, unattended
from workers.tracing import TraceRecord, feed_line, in_shadow, unplayed, written


async def handle_event(ctx: Mapping[str, Any], event_id: str) -> None:
    """The job of a fresh event, or of one whose worker died."""
    work = await on_the_desk(ctx, event_id)
    if work is None:
        return
    ledger = Ledger(stages={"claimed": work.lease.claimed_ms})
    rules = [rule for rule in work.desk.rules.rules if rule.listens(work.view)]
    in_force = [rule for rule in rules if _in_force(rule)]
    if any(rule.remembers for rule in rules):
        await work.recall()
    ledger.stages["matched"] = work.now_ms()
    waiting = cells(work) if work.event.waits else ()
    ledger.ends_with_answer = len(waiting) == 1 and all(_only_answers(rule) for rule in rules)
    turns = [answer_cell(work, in_force, tool, ledger) for tool in waiting]
    silent = unattended(work, in_force)
    await side_by_side([*turns, *side_runs(work, silent, ledger)])
    await side_by_side(backstop_runs(work, silent, ledger))
    _look_on(work, [rule for rule in rules if not _in_force(rule)], ledger)
    await begin_completion(work)
    ledger.stages["done"] = work.now_ms()
    await _finish(work, ledger)


async def resume_run(ctx: Mapping[str, Any], run: str) -> None:
    """The job of one parked run: it goes on where it stopped, and its turn is followed by those it held up."""
    run_id = RunId.parse(run)
    work = await on_the_desk(ctx, run_id.event_id)
    if work is None:
        return
    rule, tool = await work.rule_of(run_id), work.tool(run_id.tool_id)
    await work.recall()
    ledger = Ledger()
    if not (_in_force(rule) and rule.listens_to_tool(work.view, tool)):
        ledger.entries.append(_looking_on(work, rule, tool))
    elif work.event.waits and rule.answers:
        await take_all_turns(work, [rule, *_held_up(work, rule, tool)], tool, ledger)
    else:
        await side_run(work, rule, tool, ledger)
    if work.lease.claim.job_id not in ledger.parked:
        await _finish(work, ledger)


def _in_force(rule: Rule) -> bool:
    return rule.enabled and not rule.shadow


def _only_answers(rule: Rule) -> bool:
    """Whether nothing is to be done with it once somebody has answered."""
    return not rule.enabled or (rule.answers and not rule.shadow)


def _held_up(work: Work, rule: Rule, tool: ToolView | None) -> Iterator[Rule]:
    """The rules whose turn comes after this one's."""
    for other in matching_rules(work.desk.rules.rules, work.view, tool):
        if other.answers and _in_force(other) and other.order > rule.order:
            yield other


def _look_on(work: Work, rules: Sequence[Rule], ledger: Ledger) -> None:
    """The records of rules that are switched off, or only show what they would do."""
    for rule in rules:
        tools = cells(work) if rule.enabled else (None,)
        heard = [tool for tool in tools if rule.listens_to_tool(work.view, tool)]
        ledger.entries += [_looking_on(work, rule, tool) for tool in heard]


def _looking_on(work: Work, rule: Rule, tool: ToolView | None) -> TraceRecord:
    """The record of a rule that does nothing; it may have changed so while its run waited for a pause to end."""
    if not rule.enabled:
        return unplayed(rule, "disabled", tool)
    if rule.listens_to_tool(work.view, tool):
        return in_shadow(work, rule, tool)
    return unplayed(rule, "not_matched", tool, stopped_at="on")


async def _finish(work: Work, ledger: Ledger) -> None:
    for ran in ledger.failed:
        await bury(work, ran)
    try:
        await _close(work, ledger)
    except LateAnswerError:
        late, ledger.said = ledger.said, None
        if late:
            await deal_with_late(work, late)
        await _close(work, ledger)


async def _close(work: Work, ledger: Ledger) -> None:
    records = ledger.records
    trace = written(records, work.lease.claim.job_id)
    if ledger.stages:
        trace["stages"] = orjson.dumps(ledger.stages)
    await work.desk.store.queue.finish(
        work.lease.claim, work.event.id, trace, outcome="dead" if ledger.failed else "done",
        feed=feed_line(work, [*records, *ledger.elsewhere]), last_word=ledger.said.word if ledger.said else None,
    )  # fmt: skip
    work.desk.observer.handled(work, records)
