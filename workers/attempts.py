"""When a step is tried again, and when it is given up: pure arithmetic, and what an action declares for doubt."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Protocol

from rules.engine.playing.retries import longest_wait
from workers.clients.errors import ApiError

VERIFY_SETTLES = 5.0
"""Seconds beyond a call's timeout before asking the far side whether it happened after all."""


class RetryRule(Protocol):
    """The `retry` of a step."""

    @property
    def tries(self) -> int: ...

    @property
    def first(self) -> float: ...

    @property
    def factor(self) -> float: ...

    @property
    def max_age(self) -> float: ...


@dataclass(frozen=True)
class Verdict:
    """What to do after a failed try."""

    delay: float | None
    """Seconds until the next one; None when there is none."""
    reason: str = ""
    """Why it is given up."""


def after_failure(rule: RetryRule, tries: int, age: float, error: ApiError) -> Verdict:
    """Retry or give up; `tries` made so far, `age` in seconds since the first of them began."""
    if not error.retryable:
        return Verdict(None, error.message)
    if tries >= rule.tries:
        return Verdict(None, f"{error.message} (after {tries} {'try' if tries == 1 else 'tries'})")
    delay = backoff(rule, tries, error.retry_after)
    if age + delay > rule.max_age:
        return Verdict(None, f"{error.message} (too old after {round(age)} s)")
    return Verdict(delay)


def backoff(rule: RetryRule, tries: int, retry_after: float | None) -> float:
    """Seconds until the next try: exponential with jitter, and never sooner than the far side asked for."""
    ceiling = longest_wait(rule.first, rule.factor, tries)
    jittered = ceiling * (0.5 + random.random() / 2)  # noqa: S311
    return max(jittered, retry_after or 0.0)
