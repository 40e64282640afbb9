"""The rules that answer: they take turns, and the first answer ends them. What the caller hears meanwhile."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from redis.exceptions import RedisError

from rules.engine.cel.expressions import EvaluationError
from rules.engine.playing.events import ToolView
from rules.engine.playing.play import render_meanwhile
from rules.engine.playing.played import Played
from rules.engine.playing.turns import OVERTAKEN, matching_rules, take_turns
from rules.engine.rule import Rule
from store.answers import CellAnswer, Settled
from store.runs import LeaseLostError
from store.tasks import end
from workers.desk import Work
from workers.late import deliver_late
from workers.ledger import Ledger, Said
from workers.ran import Ran
from workers.run import run_rule
from workers.stepping import Parked

logger = logging.getLogger(__name__)


async def answer_cell(work: Work, rules: Sequence[Rule], tool: ToolView | None, ledger: Ledger) -> None:
    """One tool call, or the event as a whole, from the first turn to its answer."""
    candidates = [rule for rule in matching_rules(rules, work.view, tool) if rule.answers]
    await take_all_turns(work, candidates, tool, ledger)
    ledger.stages["answered"] = work.now_ms()


async def take_all_turns(work: Work, candidates: Sequence[Rule], tool: ToolView | None, ledger: Ledger) -> None:
    """The first answer ends the turns of a cell; without one, the fallback is settled at once.

    A run that must wait holds up those after it: whether they are asked at all is found out when it goes on. When it is
    the job itself that waits, its claim is gone with that.
    """

    async def play_one(rule: Rule) -> Played:
        try:
            ran = await _run(work, rule, tool, ledger)
        except Parked as parked:
            ledger.park(work.run_id(rule.name, tool), parked)
            raise
        ledger.add(ran)
        return ran.played

    try:
        turns = await take_turns(candidates, play_one)
    except Parked:
        if work.lease.claim.job_id in ledger.parked:
            return
        turns = []
    ledger.overtake([played.rule for played in turns if played.outcome == OVERTAKEN and not played.error], tool)
    if all(played.answer is None for played in turns):
        await _say(work, Said(tool, work.fallback(), None), ledger)


async def _run(work: Work, rule: Rule, tool: ToolView | None, ledger: Ledger) -> Ran:
    """Play one rule whose answer somebody waits for, and settle what it says."""
    ran = await (_run_while_held(work, rule, tool) if rule.acts else run_rule(work, rule, tool))
    if ran.played.answer is not None:
        answer = CellAnswer("rule", dict(ran.played.answer), rule.name)
        await _say(work, Said(tool, answer, ran), ledger)
    return ran


async def _run_while_held(work: Work, rule: Rule, tool: ToolView | None) -> Ran:
    """With what the caller hears meanwhile."""
    hold = _Hold(work, rule, tool)
    try:
        ran = await run_rule(work, rule, tool, on_match=hold.begin, patience=work.patience(rule))
    finally:
        await hold.end()
    if hold.problem:
        ran.notes["meanwhile"] = {"error": hold.problem}
    return ran


async def _say(work: Work, said: Said, ledger: Ledger) -> None:
    """Settle an answer, now or with the job's last write."""
    if ledger.ends_with_answer and not ledger.failed:
        ledger.said = said
    elif await _settle(work, said.tool, said.answer) == "late":
        await deal_with_late(work, said)


async def deal_with_late(work: Work, said: Said) -> None:
    """Do with an answer that came too late what its rule says."""
    if said.ran:
        said.ran.notes["late"] = await deliver_late(work, said.ran.state, said.tool, said.answer)


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
    answers, tool_id = work.desk.store.answers, tool.id if tool else ""
    return await answers.settle(work.lease.claim, work.event.id, tool_id, answer)
