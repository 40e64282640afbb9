from __future__ import annotations

import pytest

from console.sandbox.platforms.common import PlatformError, RateLimiter, whole_number
from console.sandbox.settings import Options


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def invalid(message: str) -> PlatformError:
    return PlatformError(400, "invalid", message)


def test_the_window_slides() -> None:
    clock = Clock()
    limiter = RateLimiter(clock)
    assert [limiter.take("k", 2).allowed for _ in range(3)] == [True, True, False]
    clock.now += 59
    assert limiter.take("k", 2).reset_in == 1
    clock.now += 1
    assert limiter.take("k", 2).allowed


def test_a_refused_request_does_not_count() -> None:
    clock = Clock()
    limiter = RateLimiter(clock)
    limiter.take("k", 1)
    clock.now += 30
    assert not limiter.take("k", 1).allowed
    clock.now += 30
    assert limiter.take("k", 1).allowed


def test_keys_are_counted_apart() -> None:
    limiter = RateLimiter(Clock())
    assert limiter.take("a", 1).allowed
    assert limiter.take("b", 1).allowed
    limiter.clear()
    assert limiter.take("a", 1).allowed


@pytest.mark.parametrize("text", ["0", "101", "-1", "ten", "1.5", "", "٣", "9" * 5000])
def test_numbers_out_of_bounds(text: str) -> None:
    with pytest.raises(PlatformError, match="limit must be a number from 1 to 100"):
        whole_number({"limit": text}, "limit", 50, (1, 100), invalid)


@pytest.mark.parametrize(("query", "expected"), [({}, 50), ({"limit": "1"}, 1), ({"limit": "100"}, 100)])
def test_numbers_within_bounds(query: dict[str, str], expected: int) -> None:
    assert whole_number(query, "limit", 50, (1, 100), invalid) == expected


def test_a_plain_error() -> None:
    assert invalid("no").body(Options()) == {"error": "invalid", "message": "no"}
