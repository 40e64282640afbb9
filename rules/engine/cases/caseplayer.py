"""Performs the steps of a test case in virtual time: by stubs, by answers to requests, or in the case's own memory.

A step is tried again as workers do it, each wait taken at its longest. A step in doubt whose action asks the far side
whether it happened is told that it did not.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ValidationError

from rules.engine.cases.casestubs import Stub
from rules.engine.cases.caseworld import CaseWorld
from rules.engine.cases.stubdesk import StubDesk, Unstubbed
from rules.engine.playing.played import StepResult
from rules.engine.playing.retries import DEFAULT_TIMEOUT, longest_wait
from rules.engine.rule import Rule, Step
from rules.engine.vocabulary import Asked, Came, Fate, Reply, Vocabulary

_ONLY_READ = frozenset({"GET", "HEAD", "OPTIONS"})


@dataclass
class Call:
    """One step that was performed, and with what."""

    rule: str
    step: str
    action: str
    with_: Mapping[str, Any]
    index: int | None = None
    tries: int = 0
    asked: Asked | None = None
    """The request it made; the last one where there were several."""


class _Unanswered(Exception):
    """A try that ends before there is an answer to read."""

    def __init__(self, fate: Fate, why: str) -> None:
        super().__init__(why)
        self.came = Came(fate, {}, why)


@dataclass
class _Trying:
    """A step that is being performed."""

    call: Call
    rule: Rule
    step: Step
    params: BaseModel
    began: float
    spent: float = 0.0
    """Virtual seconds of the running try."""

    @property
    def timeout(self) -> float:
        return self.step.timeout or DEFAULT_TIMEOUT


@dataclass
class StubPlayer:
    """The performer of one case. Time passes only as stubs, and waits between tries, say."""

    desk: StubDesk
    world: CaseWorld
    vocabulary: Vocabulary
    calls: list[Call] = field(default_factory=list)
    elapsed: float = 0.0
    """Virtual seconds since the event came in."""
    patience: float | None = None
    """Until when a step may be tried again because somebody waits; None when nobody does."""

    async def perform(
        self,
        rule: Rule,
        step: Step,
        index: int | None,
        with_: Mapping[str, Any],
        used_secrets: Collection[str],
        decided: Mapping[str, bool],
    ) -> StepResult:
        """The result, after as many tries as the rule allows. Raises Unstubbed."""
        call = Call(rule.name, step.key, step.action, with_, index)
        self.calls.append(call)
        try:
            params = self.vocabulary.actions[step.action].params.model_validate(dict(with_))
        except ValidationError as error:
            return StepResult("failed", error=_first_problem(error))
        came = self._until_finished(_Trying(call, rule, step, params, self.elapsed))
        if came.fate == "done":
            return StepResult("done", came.output)
        return StepResult("skipped" if came.fate == "skipped" else "failed", {}, came.error)

    def _until_finished(self, trying: _Trying) -> Came:
        retry = trying.step.retry
        while True:
            trying.call.tries += 1
            came = self._try_once(trying)
            if came.fate == "doubt":
                came = self._in_doubt(trying, came)
            if came.fate != "again":
                return came
            wait = max(longest_wait(retry.first, retry.factor, trying.call.tries), came.retry_after or 0.0)
            why_not = self._why_not_again(trying, wait)
            if why_not:
                return Came("refused", {}, f"{came.error} ({why_not})")
            self.elapsed += wait

    def _why_not_again(self, trying: _Trying, wait: float) -> str:
        retry, tries = trying.step.retry, trying.call.tries
        age = self.elapsed - trying.began
        if tries >= retry.tries:
            return f"after {tries} {'try' if tries == 1 else 'tries'}"
        if age + wait > retry.max_age:
            return f"too old after {round(age)} s"
        if self.patience is not None and self.elapsed + wait >= self.patience:
            return "no time left for another try"
        return ""

    def _in_doubt(self, trying: _Trying, came: Came) -> Came:
        """What the action declares for a step that may or may not have happened."""
        policy = getattr(trying.params, "in_doubt", None) or self.vocabulary.actions[trying.step.action].in_doubt
        if policy == "skip":
            return Came("skipped", {}, f"{came.error}; it may have happened and is not repeated")
        if policy == "park":
            return Came("refused", {}, f"in doubt: {came.error}")
        if policy == "verify" and self.patience is not None:
            return Came("refused", {}, f"in doubt, and no time to ask: {came.error}")
        return Came("again", {}, came.error, came.retry_after)

    def _try_once(self, trying: _Trying) -> Came:
        trying.spent = 0.0
        stub = self.desk.of_step(trying.rule, trying.step)
        rehearse = self.vocabulary.actions[trying.step.action].rehearse
        try:
            if rehearse:
                came = rehearse(trying.params, lambda asked: self._reply(trying, asked, stub))
            else:
                came = self._given(trying, stub) if stub else self._by_itself(trying)
        except _Unanswered as unanswered:
            came = unanswered.came
        self.elapsed += trying.spent
        return Came("done", {**came.output, **stub.output}) if stub and came.fate == "done" else came

    def _by_itself(self, trying: _Trying) -> Came:
        came = self.world.perform(trying.step, trying.call.with_)
        if came is None:
            raise Unstubbed(self.desk.missing(trying.rule, trying.step))
        return came

    def _given(self, trying: _Trying, stub: Stub) -> Came:
        self._take_time(trying, stub, only_reads=False)
        return Came("done", stub.output)

    def _reply(self, trying: _Trying, asked: Asked, stub: Stub | None) -> Reply:
        """What answers a request: what the case says of the step itself, else of such a request."""
        trying.call.asked = asked
        chosen = stub or self.desk.answer(trying.rule, trying.step, asked)
        self._take_time(trying, chosen, only_reads=asked.method in _ONLY_READ)
        return chosen.reply

    def _take_time(self, trying: _Trying, stub: Stub, only_reads: bool) -> None:
        """Raises _Unanswered when the try takes too long, or fails as the stub says."""
        trying.spent += stub.delay
        if trying.spent > trying.timeout:
            trying.spent = trying.timeout
            raise _Unanswered("again" if only_reads else "doubt", f"no answer within {trying.timeout:g} s")
        if stub.error:
            raise _Unanswered("refused", stub.error)
        if stub.unavailable:
            raise _Unanswered("again", stub.unavailable)


def _first_problem(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_input=False, include_context=False)[0]
    return f"with.{'.'.join(map(str, first['loc']))}: {first['msg']}"
