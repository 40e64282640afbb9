from __future__ import annotations

import pytest

from workers.clients.errors import (
    ApiError,
    AuthFailed,
    Conflict,
    InDoubtError,
    Invalid,
    NotAllowed,
    NotFound,
    RateLimited,
    Unavailable,
    Unsupported,
)


@pytest.mark.parametrize("kind", [RateLimited, Unavailable, InDoubtError])
def test_trouble_that_passes_is_worth_another_try(kind: type[ApiError]) -> None:
    assert kind("x").retryable


@pytest.mark.parametrize("kind", [AuthFailed, NotFound, Conflict, Invalid, Unsupported, NotAllowed])
def test_refusals_are_final(kind: type[ApiError]) -> None:
    assert not kind("x").retryable


def test_the_detail_is_in_fields() -> None:
    error = RateLimited("wait", status=429, code="rate_limit_exceeded", retry_after=3.0)
    assert (error.message, error.status, error.code, error.retry_after) == ("wait", 429, "rate_limit_exceeded", 3.0)
    assert str(error) == "wait"
