"""One step of one run, performed for real: written down before and after, retried, and never blindly repeated."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import orjson
from pydantic import ValidationError
from redis.exceptions import RedisError

from rules.engine.playing.played import StepOutcome, StepResult
from rules.engine.rule import Rule
from store.runs import Journal, LeaseLostError, RunId, journal_key
from store.scripting import STORE_AWAY
from store.spans import span
from store.tasks import is_asked_to_end
from workers.actions import ACTIONS, in_doubt_for
from workers.actions.base import ActionContext, Perform, Verify
from workers.attempts import Verdict, after_failure
from workers.ceilings import give_back, over_ceiling
from workers.clients.errors import ApiError, Held, InDoubtError, Unsupported
from workers.clients.redact import fit_for_a_trace
from workers.lease import now
from workers.steplike import StepLike
from workers.tries import Record, Try, broken_off, finished_result, note_exchanges

if TYPE_CHECKING:
    from workers.desk import Work

WRITE_AGAIN = 0.1
"""Seconds between tries to write down what has happened while the store is away."""


class Parked(Exception):
    """The run must wait `delay` seconds and gives its slot back."""

    def __init__(self, delay: float, why: str) -> None:
        super().__init__(why)
        self.delay = delay


@dataclass
class RunState:
    """A run in progress: who runs, and what is written so far."""

    run_id: RunId
    rule: Rule
    journal: Journal
    patience: float | None = None
    """Event loop time until which a retry may wait in place because a caller waits; None: retries are parked."""

    @property
    def waited_for(self) -> bool:
        """Whether somebody still waits for what becomes of it."""
        return self.patience is not None and now() < self.patience


@dataclass
class Stepper:
    """Performs steps for one run (the `Performer` of the engine)."""

    state: RunState
    work: Work

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
        key = journal_key(step.key, index)
        record = self.state.journal.steps.setdefault(key, {"state": "new", "action": step.action, "attempts": []})
        finished = finished_result(record)
        if finished:
            return finished
        self.state.journal.decided = dict(decided)
        action = ACTIONS[step.action]
        try:
            params = action.params.model_validate(with_)
        except ValidationError as error:
            return await self._give_up(key, record, first_problem(error))
        with span("step", attributes={"hookswitch.action": step.action}):
            return await self._until_finished(Try(key, record, step, action, params, frozenset(used_secrets)))

    async def _until_finished(self, attempt: Try) -> StepResult:
        result = await self._left_behind(attempt)
        while result is None:
            try:
                result = await self._try_once(attempt)
            except ApiError as error:
                result = await self._after_error(attempt, error)
        return result

    async def _left_behind(self, attempt: Try) -> StepResult | None:
        """What is to be said of an earlier try that nobody knows the end of; None when there is none."""
        record = attempt.record
        if record["state"] != "started" and "doubt" not in record:
            return None
        why = record.get("doubt", "the process ended while the call was under way")
        record["attempts"][-1].setdefault("error", why)
        return await self._resolve_doubt(attempt, why)

    async def _try_once(self, attempt: Try) -> StepResult | None:
        record, context = attempt.record, self._context(attempt)
        refused = await over_ceiling(self.work.desk.store.spending, attempt.action, context)
        if refused:
            return await self._give_up(attempt.key, record, refused)
        entry: Record = {"at": datetime.now(UTC).isoformat(timespec="milliseconds")}
        record["attempts"].append(entry)
        record["state"] = "started"
        await self._write(attempt.key, record)
        self.work.lease.ensure()
        began, outcome = time.perf_counter(), "ended"
        try:
            output = await self._bounded(attempt, context, attempt.action.perform)
            outcome = "done"
        except ApiError as error:
            outcome = error.word
            entry["error"] = fit_for_a_trace(error.message, attempt.secrets)
            raise
        finally:
            took = time.perf_counter() - began
            entry["ms"] = round(took * 1000, 1)
            note_exchanges(entry, context)
            self.work.desk.observer.tried(
                self.work, attempt.step.action, outcome, took, first=len(record["attempts"]) < 2
            )
        return await self._over(attempt.key, record, "done", output=output or {})

    async def _bounded(self, attempt: Try, context: ActionContext, ask: Perform | Verify) -> Record | None:
        """Run the action; a timeout is doubt, and a bug of ours is tried again like any passing fault."""
        try:
            async with asyncio.timeout(attempt.timeout):
                output = await ask(context, attempt.params)
                return None if output is None else output.model_dump(mode="json", by_alias=True)
        except TimeoutError:
            raise InDoubtError(f"no answer within {attempt.timeout:g} s") from None
        except (ApiError, LeaseLostError):
            raise
        except RedisError as error:
            raise broken_off(context, "the store failed under the action") from error
        except (Exception, asyncio.CancelledError, SystemExit, KeyboardInterrupt) as error:
            if isinstance(error, asyncio.CancelledError) and is_asked_to_end():
                raise
            self.work.toolbox.report_bug(error, attempt.step.action)
            raise broken_off(context, f"the action failed: {type(error).__name__}") from error

    async def _after_error(self, attempt: Try, error: ApiError) -> StepResult | None:
        """A result when the step is over; None to try again now. Parks the run when it must wait."""
        if isinstance(error, Held) and not attempt.has_sent:
            return await self._again(attempt, attempt.held_back(error), error, "no time left to wait")
        if isinstance(error, InDoubtError):
            result = await self._resolve_doubt(attempt, error.message)
            if result:
                return result
        verdict = after_failure(attempt.step.retry, attempt.tries, attempt.age, error)
        return await self._again(attempt, verdict, error, "no time left for another try")

    async def _again(self, attempt: Try, verdict: Verdict, error: ApiError, out_of_time: str) -> StepResult | None:
        """None once it is time for the next try, a result when there is none. Raises Parked unless a caller waits."""
        if verdict.delay is None or not self._has_patience(verdict.delay):
            reason = verdict.reason or f"{error.message} ({out_of_time})"
            result = await self._give_up(attempt.key, attempt.record, fit_for_a_trace(reason, attempt.secrets))
            await give_back(self.work.desk.store.spending, attempt.action, self._context(attempt))
            return result
        attempt.record["state"] = "waiting"
        await self._write(attempt.key, attempt.record)
        if self.state.patience is None:
            raise Parked(verdict.delay, error.message)
        await asyncio.sleep(verdict.delay)
        return None

    def _has_patience(self, delay: float) -> bool:
        patience = self.state.patience
        return patience is None or now() + delay < patience

    async def _resolve_doubt(self, attempt: Try, why: str) -> StepResult | None:
        """What the action declares for a step that may or may not have happened; None when it may be repeated."""
        policy = in_doubt_for(attempt.action, attempt.params)
        if policy == "skip":
            error = f"{why}; it may have happened and is not repeated"
            return await self._over(attempt.key, attempt.record, "skipped", error=error)
        if policy == "park":
            return await self._give_up(attempt.key, attempt.record, f"in doubt: {why}")
        if policy == "verify":
            return await self._verify(attempt, why)
        return None

    async def _verify(self, attempt: Try, why: str) -> StepResult | None:
        """Ask the far side whether it happened, not before it had time to; None when it did not."""
        record = attempt.record
        record["doubt"] = why
        if attempt.settles_in > 0:
            return await self._ask_later(attempt, attempt.settles_in)
        try:
            output = await self._ask(attempt)
        except Held as held:
            if attempt.age > attempt.step.retry.max_age:
                return await self._cannot_tell(attempt, held)
            return await self._ask_later(attempt, held.retry_after or 1.0)
        except ApiError as error:
            return await self._cannot_tell(attempt, error)
        del record["doubt"]
        return None if output is None else await self._over(attempt.key, record, "done", output=output)

    async def _ask(self, attempt: Try) -> Record | None:
        if attempt.action.verify is None:
            raise Unsupported(f"{attempt.action.name} cannot be verified")
        self.work.lease.ensure()
        context = self._context(attempt)
        context.tried_at = datetime.fromisoformat(attempt.record["attempts"][-1]["at"])
        try:
            return await self._bounded(attempt, context, attempt.action.verify)
        finally:
            note_exchanges(attempt.record["attempts"][-1], context)

    async def _ask_later(self, attempt: Try, delay: float) -> StepResult:
        """Nobody who waits can wait that long; otherwise the run does. Raises Parked."""
        why = attempt.record["doubt"]
        if self.state.patience is not None:
            return await self._give_up(attempt.key, attempt.record, f"in doubt, and no time to ask: {why}")
        attempt.record["state"] = "started"
        await self._write(attempt.key, attempt.record)
        raise Parked(delay, why)

    async def _cannot_tell(self, attempt: Try, error: ApiError) -> StepResult:
        """Asking failed: it is asked again as a failed step would be tried again, and then it is left to a person."""
        record = attempt.record
        record["asked"] = record.get("asked", 0) + 1
        verdict = after_failure(attempt.step.retry, record["asked"], attempt.age, error)
        if verdict.delay is not None:
            return await self._ask_later(attempt, verdict.delay)
        reason = f"in doubt: {record['doubt']}; asking whether it happened failed: {verdict.reason}"
        return await self._give_up(attempt.key, record, fit_for_a_trace(reason, attempt.secrets))

    def _context(self, attempt: Try) -> ActionContext:
        state, toolbox = self.state, self.work.toolbox
        return toolbox.context(
            state.rule, state.run_id, attempt.step, attempt.key, attempt.timeout, attempt.secrets, state.waited_for
        )

    async def _give_up(self, key: str, record: Record, reason: str) -> StepResult:
        return await self._over(key, record, "failed", error=reason)

    async def _over(self, key: str, record: Record, state: StepOutcome, **told: Any) -> StepResult:
        """The step has come to its end, which must not be forgotten because the store is away for a moment.

        `told` is its `output` or its `error`.
        """
        record |= {"state": state, **told}
        while True:
            try:
                await self._write(key, record)
                break
            except STORE_AWAY:
                if not self.work.lease.holds:
                    raise
                await asyncio.sleep(WRITE_AGAIN)
        self.work.desk.observer.stepped(record["action"], state)
        return StepResult(state, **told)

    async def _write(self, key: str, record: Record) -> None:
        """The step's record, and with the first of them what the run began with."""
        journal, rule, runs = self.state.journal, self.state.rule, self.work.desk.store.runs
        fields = {f"step:{key}": orjson.dumps(record), "decided": orjson.dumps(journal.decided)}
        memory = b""
        if not journal.begun:
            fields["version"], memory = rule.version.encode(), await self.work.kept_memory()
            await runs.keep_version(rule.version, rule.document)
        await runs.write(self.work.lease.claim, self.state.run_id, fields, memory)
        journal.version = rule.version


def first_problem(error: ValidationError) -> str:
    """The first thing wrong with a step's parameters, without the value itself."""
    problem = error.errors(include_input=False, include_url=False)[0]
    return f"with.{'.'.join(map(str, problem['loc']))}: {problem['msg']}"
