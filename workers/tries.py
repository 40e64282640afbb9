"""One step while it is tried, and its record in the journal.

A step's record in the journal: `state` (started, waiting, done, failed, skipped), `attempts` (each with `at`, `ms`,
`sent`, `got`, `error`), `output`, `error`, `doubt` (why nobody knows whether it happened, until the far side could be
asked), `asked` (how often asking failed), `held` (`since`, `times`, `why`: our own limiter had no place),
`tries_before` (tries that a person's retry no longer counts).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from rules.engine.playing.played import StepResult
from rules.engine.playing.retries import DEFAULT_TIMEOUT
from workers.actions.base import Action, ActionContext
from workers.attempts import VERIFY_SETTLES, Verdict
from workers.clients.errors import ApiError, Held, InDoubtError, Unavailable
from workers.clients.redact import redacted
from workers.steplike import StepLike

Record = dict[str, Any]


@dataclass
class Try:
    """A step of a run that is being performed."""

    key: str
    record: Record
    step: StepLike
    action: Action
    params: Any
    secrets: frozenset[str] = field(default=frozenset(), repr=False)
    """Values that are cut out of whatever is recorded of it."""

    @property
    def timeout(self) -> float:
        return self.step.timeout or DEFAULT_TIMEOUT

    @property
    def tries(self) -> int:
        return len(self.record["attempts"]) - int(self.record.get("tries_before", 0))

    @property
    def age(self) -> float:
        """Seconds since the first try that counts."""
        counted = self.record["attempts"][int(self.record.get("tries_before", 0)) :]
        return seconds_since(counted[0]["at"]) if counted else 0.0

    @property
    def has_sent(self) -> bool:
        """Whether anything has left in the last try."""
        return "sent" in self.record["attempts"][-1]

    def held_back(self, error: Held) -> Verdict:
        """Our own limiter had no place: take back a try that never began, and say when the next one may."""
        self.record["attempts"].pop()
        held = self.record.setdefault(
            "held", {"since": datetime.now(UTC).isoformat(timespec="milliseconds"), "times": 0}
        )
        held |= {"times": held["times"] + 1, "why": error.message}
        waited = seconds_since(held["since"])
        if waited > self.step.retry.max_age:
            return Verdict(None, f"{error.message} (too old after {round(waited)} s)")
        return Verdict(error.retry_after or 1.0)

    @property
    def settles_in(self) -> float:
        """Seconds until the far side knows whether the last try happened."""
        return self.timeout + VERIFY_SETTLES - seconds_since(self.record["attempts"][-1]["at"])


def finished_result(record: Mapping[str, Any]) -> StepResult | None:
    """What a finished step gave; None while it is not finished."""
    if record["state"] not in ("done", "failed", "skipped"):
        return None
    return StepResult(record["state"], record.get("output", {}), record.get("error", ""))


def seconds_since(moment: str) -> float:
    """Seconds from a moment (ISO 8601) until now."""
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()


def broken_off(context: ActionContext, why: str) -> ApiError:
    """An action that ended half-way: what had sent nothing by then did not happen."""
    return InDoubtError(why) if context.exchanges else Unavailable(why)


def note_exchanges(entry: Record, context: ActionContext) -> None:
    """Write what went to and fro into the record of an attempt, the last exchange first and foremost."""
    pairs = [{"sent": exchange.sent, "got": exchange.got} for exchange in context.exchanges]
    if pairs:
        entry |= redacted(pairs[-1], context.secrets)
    if len(pairs) > 1:
        entry["before"] = redacted(pairs[:-1], context.secrets)
