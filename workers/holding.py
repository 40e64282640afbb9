"""May a run go on? What `limit`, `once` and `concurrency` say, asked once the conditions hold and before any step."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, MutableMapping
from dataclasses import dataclass, field

from rules.engine.cel.expressions import EvaluationError, Expression
from rules.engine.playing.events import ToolView
from rules.engine.playing.play import evaluate_key, matches
from rules.engine.playing.played import Played
from rules.engine.rule import Rule
from store.holds import Hold
from store.runs import RunId
from workers.desk import Work
from workers.stepping import Parked

LIMITED = "limited"
"""The outcome of a rule that was held back."""


class ReplacedError(Exception):
    """A newer run of the same rule and key has taken the place (`mode: restart`)."""


@dataclass
class Holding:
    """The places one run asks for. A run that is replaced by a newer one stops between two steps."""

    work: Work
    rule: Rule
    tool: ToolView | None
    patience: float | None
    """Event loop time until which a caller can be kept; None: a run that must wait is parked."""
    notes: list[str] = field(default_factory=list)
    """What the trace should say of keys that are unknown."""
    _place: Hold | None = None
    """Its place among those that run at one time."""

    async def take(self, decided: MutableMapping[str, bool]) -> Played | None:
        """None when the run may go on, else what became of it. Raises Parked when it must wait."""
        if not (self.rule.concurrency or self.rule.limit or self.rule.once):
            return None
        trial = dict(decided)
        matched = matches(self.rule, self.work.view, self.tool, self.work.surroundings, trial)
        if matched.outcome != "ran":
            return None
        decided.update(trial)
        for asked, delays in self._asked():
            try:
                hold = self._with_key(*asked)
            except EvaluationError as error:
                return _ended(matched, "error", asked[0].kind, f"the key: {error.message}")
            if hold and not await self._granted(hold, delays):
                return _ended(matched, LIMITED, hold.kind, f"{hold.kind}: no place is free for this key")
        return None

    async def ensure(self) -> None:
        """Raise ReplacedError when a newer run has taken over."""
        place = self._place
        if place and place.restart and not await self.work.desk.store.holds.has(place, self._run_id):
            raise ReplacedError(place.name)

    async def give_back(self) -> None:
        """The run is over."""
        if self._place:
            await self.work.desk.store.holds.give_back(self._place, self._run_id)

    @property
    def _run_id(self) -> RunId:
        return self.work.run_id(self.rule.name, self.tool)

    def _asked(self) -> Iterator[tuple[tuple[Hold, Expression | None], bool]]:
        """Each hold without its key, the key, and whether the run waits for a place. What is for ever comes last."""
        rule = self.rule
        if rule.concurrency:
            mode = rule.concurrency.mode
            place = Hold("concurrency", rule.name, "", rule.concurrency.max, restart=mode == "restart")
            yield (place, rule.concurrency.key), mode == "queue"
        if rule.limit:
            limit = Hold("limit", rule.name, "", rule.limit.count, rule.limit.per)
            yield (limit, rule.limit.key), rule.limit.excess == "delay"
        if rule.once:
            yield (Hold("once", rule.name, "", per=rule.once.per or 0.0), rule.once.key), False

    def _with_key(self, hold: Hold, key: Expression | None) -> Hold | None:
        text = evaluate_key(self.rule, key, self.work.view, self.tool, self.work.surroundings)
        if not text:
            self.notes.append(f"{hold.kind}: the key is empty, so nothing is counted")
            return None
        return Hold(hold.kind, hold.rule, text, hold.count, hold.per, hold.restart)

    async def _granted(self, hold: Hold, delays: bool) -> bool:
        while True:
            wait = await self.work.desk.store.holds.take(hold, self._run_id)
            if wait == 0:
                self._place = hold if hold.kind == "concurrency" else self._place
                return True
            if wait is None and hold.restart:
                raise ReplacedError(hold.name)
            if wait is None or not delays:
                return False
            if self.patience is None:
                raise Parked(wait, f"{hold.kind}: waiting for a place")
            if asyncio.get_running_loop().time() + wait >= self.patience:
                return False
            await asyncio.sleep(wait)


def _ended(matched: Played, outcome: str, place: str, why: str) -> Played:
    matched.outcome, matched.stopped_at, matched.error = outcome, place, why
    return matched
