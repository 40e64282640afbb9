"""One step of one run, performed for real: written down before and after, retried, and never blindly repeated.

A step's record in the journal: `state` (started, waiting, done, failed, skipped), `attempts` (each with `at`, `ms`,
`sent`, `got`, `error`), `output`, `error`, `tries_before` (tries that a person's retry no longer counts).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import orjson
from pydantic import ValidationError

from rules.engine.played import StepResult
from rules.engine.rule import Rule
from store.runs import Journal, RunId, Runs
from workers.actions import ACTIONS, in_doubt_for
from workers.actions.base import Action, ActionContext, Exchange
from workers.attempts import VERIFY_SETTLES, Verdict, after_failure
from workers.clients.errors import ApiError, InDoubtError, Unavailable
from workers.clients.redact import fit_for_a_trace, redacted
from workers.lease import Lease
from workers.steplike import StepLike
from workers.toolbox import Toolbox

DEFAULT_TIMEOUT = 10.0
"""Seconds a step's action gets when the rule says nothing."""

Record = dict[str, Any]


class Parked(Exception):
    """The run must wait `delay` seconds and gives its slot back."""

    def __init__(self, delay: float, why: str) -> None:
        super().__init__(why)
        self.delay = delay


@dataclass
class RunState:
    """A run in progress: who runs, under which lease, and what is written so far."""

    run_id: RunId
    rule: Rule
    lease: Lease
    journal: Journal
    patience: float | None = None
    """Event loop time until which a retry may wait in place because a caller waits; None: retries are parked."""
    failure: str = ""
    """Why the last step was given up, for the dead letter."""
    failed_step: str = ""


@dataclass
class Stepper:
    """Performs steps for one run (the `Performer` of the engine)."""

    state: RunState
    runs: Runs
    toolbox: Toolbox
    _secrets: frozenset[str] = field(default=frozenset())

    async def perform(
        self,
        rule: Rule,
        step: StepLike,
        index: int | None,
        with_: Mapping[str, Any],
        used_secrets: Collection[str],
        decided: Mapping[str, bool],
    ) -> StepResult:
        """The step's result: the stored one when it is finished, else that of as many tries as the rule allows."""
        key = step.key if index is None else f"{step.key}#{index}"
        record = self.state.journal.steps.setdefault(key, {"state": "new", "action": step.action, "attempts": []})
        finished = finished_result(record)
        if finished:
            return finished
        self.state.journal.decided = dict(decided)
        self._secrets = frozenset(used_secrets)
        action = ACTIONS[step.action]
        try:
            params = action.params.model_validate(with_)
        except ValidationError as error:
            return await self._give_up(key, record, first_problem(error))
        return await self._until_finished(_Try(key, record, step, action, params))

    async def _until_finished(self, attempt: _Try) -> StepResult:
        if attempt.record["state"] == "started":
            result = await self._resolve_doubt(attempt, "the process ended while the call was under way")
            if result:
                return result
        while True:
            try:
                return await self._try_once(attempt)
            except ApiError as error:
                result = await self._after_error(attempt, error)
                if result:
                    return result

    async def _try_once(self, attempt: _Try) -> StepResult:
        record = attempt.record
        entry: Record = {"at": datetime.now(UTC).isoformat(timespec="milliseconds")}
        record["attempts"].append(entry)
        record["state"] = "started"
        await self._write(attempt.key, record)
        self.state.lease.ensure()
        context = self._context(attempt)
        began = time.perf_counter()
        try:
            output = await self._bounded(attempt, context)
        except ApiError as error:
            entry["error"] = fit_for_a_trace(error.message, self._secrets)
            raise
        finally:
            entry["ms"] = round((time.perf_counter() - began) * 1000, 1)
            self._note_exchanges(entry, context.exchanges)
        return await self._done(attempt, output.model_dump(mode="json", by_alias=True))

    async def _bounded(self, attempt: _Try, context: ActionContext) -> Any:
        """Run the action; a timeout is doubt, and a bug of ours is tried again like any passing fault."""
        try:
            async with asyncio.timeout(attempt.timeout):
                return await attempt.action.perform(context, attempt.params)
        except TimeoutError:
            raise InDoubtError(f"no answer within {attempt.timeout:g} s") from None
        except (ApiError, asyncio.CancelledError):
            raise
        except Exception as error:
            self.toolbox.report_bug(error, attempt.step.action)
            raise InDoubtError(f"the action failed: {type(error).__name__}") from error

    async def _after_error(self, attempt: _Try, error: ApiError) -> StepResult | None:
        """A result when the step is over; None to try again now. Parks the run when it must wait."""
        if isinstance(error, InDoubtError):
            result = await self._resolve_doubt(attempt, error.message)
            if result:
                return result
        verdict = after_failure(attempt.step.retry, attempt.tries, attempt.age, error)
        if verdict.next == "give up" or not self._has_patience(verdict):
            reason = verdict.reason or f"{error.message} (no time left for another try)"
            return await self._give_up(attempt.key, attempt.record, fit_for_a_trace(reason, self._secrets))
        attempt.record["state"] = "waiting"
        await self._write(attempt.key, attempt.record)
        if self.state.patience is None:
            raise Parked(verdict.delay, error.message)
        await asyncio.sleep(verdict.delay)
        return None

    def _has_patience(self, verdict: Verdict) -> bool:
        patience = self.state.patience
        return patience is None or asyncio.get_running_loop().time() + verdict.delay < patience

    async def _resolve_doubt(self, attempt: _Try, why: str) -> StepResult | None:
        """What the action declares for a step that may or may not have happened; None when it may be repeated."""
        policy = in_doubt_for(attempt.action, attempt.params)
        if policy == "skip":
            attempt.record |= {"state": "skipped", "error": f"{why}; it may have happened and is not repeated"}
            await self._write(attempt.key, attempt.record)
            return StepResult("skipped", {}, attempt.record["error"])
        if policy == "park":
            return await self._give_up(attempt.key, attempt.record, f"in doubt: {why}")
        if policy == "verify":
            return await self._verify(attempt)
        return None

    async def _verify(self, attempt: _Try) -> StepResult | None:
        """Ask the far side whether it happened, not before it had time to."""
        began = datetime.fromisoformat(attempt.record["attempts"][-1]["at"])
        wait = attempt.timeout + VERIFY_SETTLES - (datetime.now(UTC) - began).total_seconds()
        if wait > 0:
            if self.state.patience is not None:
                return await self._give_up(attempt.key, attempt.record, "in doubt, and no time to ask")
            raise Parked(wait, "in doubt")
        if attempt.action.verify is None:
            raise Unavailable(f"{attempt.action.name} cannot be verified")
        self.state.lease.ensure()
        context = self._context(attempt)
        async with asyncio.timeout(attempt.timeout):
            output = await attempt.action.verify(context, attempt.params)
        self._note_exchanges(attempt.record["attempts"][-1], context.exchanges)
        return None if output is None else await self._done(attempt, output.model_dump(mode="json", by_alias=True))

    def _context(self, attempt: _Try) -> ActionContext:
        state = self.state
        return self.toolbox.context(state.rule, state.run_id, attempt.step, attempt.key, attempt.timeout, self._secrets)

    async def _done(self, attempt: _Try, output: Record) -> StepResult:
        attempt.record |= {"state": "done", "output": output}
        await self._write(attempt.key, attempt.record)
        return StepResult("done", output)

    async def _give_up(self, key: str, record: Record, reason: str) -> StepResult:
        record |= {"state": "failed", "error": reason}
        self.state.failure, self.state.failed_step = reason, key
        await self._write(key, record)
        return StepResult("failed", {}, reason)

    async def _write(self, key: str, record: Record) -> None:
        """The step's record, and with the first of them what the run began with."""
        journal, rule = self.state.journal, self.state.rule
        fields = {f"step:{key}": orjson.dumps(record), "decided": orjson.dumps(journal.decided)}
        if not journal.begun:
            fields |= {"version": rule.version.encode(), "memory": orjson.dumps(journal.memory or {})}
            await self.toolbox.keep_version(rule)
        await self.runs.write(self.state.lease.claim, self.state.run_id, fields)
        journal.version = rule.version

    def _note_exchanges(self, entry: Record, exchanges: Collection[Exchange]) -> None:
        pairs = [{"sent": exchange.sent, "got": exchange.got} for exchange in exchanges]
        if pairs:
            entry |= redacted(pairs[-1], self._secrets)
        if len(pairs) > 1:
            entry["before"] = redacted(pairs[:-1], self._secrets)


@dataclass
class _Try:
    key: str
    record: Record
    step: StepLike
    action: Action
    params: Any

    @property
    def timeout(self) -> float:
        return self.step.timeout or DEFAULT_TIMEOUT

    @property
    def tries(self) -> int:
        return len(self.record["attempts"]) - int(self.record.get("tries_before", 0))

    @property
    def age(self) -> float:
        first = datetime.fromisoformat(self.record["attempts"][int(self.record.get("tries_before", 0))]["at"])
        return (datetime.now(UTC) - first).total_seconds()


def finished_result(record: Mapping[str, Any]) -> StepResult | None:
    """What a finished step gave; None while it is not finished."""
    if record["state"] not in ("done", "failed", "skipped"):
        return None
    return StepResult(record["state"], record.get("output", {}), record.get("error", ""))


def first_problem(error: ValidationError) -> str:
    """The first thing wrong with a step's parameters, without the value itself."""
    problem = error.errors(include_input=False, include_url=False)[0]
    return f"with.{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
