from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.engine.playing.retries import LONGEST_WAIT
from rules.engine.rule import Retry
from workers.attempts import after_failure, backoff
from workers.clients.errors import AuthFailed, InDoubtError, Invalid, NotAllowed, RateLimited, Unavailable, Unsupported


@pytest.mark.parametrize("error", [AuthFailed("no"), Invalid("no"), Unsupported("no"), NotAllowed("no")])
def test_a_refusal_is_final(error: Invalid) -> None:
    verdict = after_failure(Retry(), 1, 0, error)
    assert (verdict.delay, verdict.reason) == (None, "no")


@pytest.mark.parametrize("error", [RateLimited("busy"), Unavailable("busy"), InDoubtError("busy")])
def test_what_may_pass_is_tried_again(error: Unavailable) -> None:
    assert after_failure(Retry(), 1, 0, error).delay is not None


def test_tries_and_age_are_capped_and_say_so() -> None:
    assert after_failure(Retry(tries=3), 3, 0, Unavailable("busy")).reason == "busy (after 3 tries)"
    assert after_failure(Retry(tries=1), 1, 0, Unavailable("busy")).reason == "busy (after 1 try)"
    assert after_failure(Retry(max_age=60), 1, 59.5, Unavailable("busy")).reason == "busy (too old after 60 s)"


def test_the_far_side_may_ask_for_longer_than_the_rule_waits() -> None:
    assert after_failure(Retry(max_age=60), 1, 0, RateLimited("busy", retry_after=90)).delay is None
    assert after_failure(Retry(), 1, 0, RateLimited("busy", retry_after=90)).delay == 90


@given(st.integers(1, 60), st.floats(0.1, 60), st.floats(1, 10), st.none() | st.floats(0, 7200))
def test_delays_grow_with_jitter_and_never_beyond_all_measure(
    tries: int, first: float, factor: float, retry_after: float | None
) -> None:
    delay = backoff(Retry(first=first, factor=factor), tries, retry_after)
    ceiling = min(LONGEST_WAIT, first * factor ** (tries - 1))
    assert max(ceiling / 2, retry_after or 0) <= delay <= max(ceiling, retry_after or 0)


def test_two_that_failed_together_do_not_come_back_together() -> None:
    assert len({backoff(Retry(), 3, None) for _ in range(20)}) > 10


def test_no_number_of_tries_is_too_many_for_the_arithmetic() -> None:
    assert backoff(Retry(factor=10), 5000, None) <= LONGEST_WAIT
