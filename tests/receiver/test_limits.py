from __future__ import annotations

import asyncio
from collections.abc import Sequence

import pytest
import uvloop

from receiver.limits import Limit
from tests.receiver.virtual import in_virtual_time


async def spent(seconds: float, limit: float) -> tuple[str, float]:
    """What became of a sleep under a limit, and when."""
    outcome = "done"
    try:
        with Limit(limit):
            await asyncio.sleep(seconds)
    except TimeoutError:
        outcome = "over"
    return outcome, asyncio.get_running_loop().time()


def test_each_limit_ends_at_its_own_moment() -> None:
    async def all_of_them() -> Sequence[tuple[str, float]]:
        return await asyncio.gather(spent(9, 3), spent(9, 0.5), spent(1, 2), spent(9, 3), spent(2, 10), spent(9, 1.5))

    found = in_virtual_time(all_of_them())
    assert [outcome for outcome, _ in found] == ["over", "over", "done", "over", "done", "over"]
    assert [when for _, when in found] == pytest.approx([3, 0.5, 1, 3, 2, 1.5])


def test_a_limit_that_is_over_at_once_is_no_trouble_for_the_next() -> None:
    """uvloop gives no timer for a moment that has come."""

    async def at_once() -> list[str]:
        over = [asyncio.create_task(spent(9, seconds)) for seconds in (0.0, -1.0, 0.0001, 0.002, 0.001)]
        await asyncio.sleep(0)
        return [(await each)[0] for each in [*over, asyncio.create_task(spent(0, 5))]]

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(at_once()) == ["over"] * 5 + ["done"]


def test_a_limit_that_was_kept_ends_nobody_else() -> None:
    async def one_after_the_other() -> list[tuple[str, float]]:
        return [await spent(0.4, 0.5), await spent(0.4, 0.5), await spent(9, 0.5), await spent(0.1, 0.5)]

    found = in_virtual_time(one_after_the_other())
    assert [outcome for outcome, _ in found] == ["done", "done", "over", "done"]
    assert [when for _, when in found] == pytest.approx([0.4, 0.8, 1.3, 1.4])


async def test_a_cancellation_from_outside_stays_one() -> None:
    task = asyncio.create_task(spent(60, 30))
    await asyncio.sleep(0)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_other_errors_pass() -> None:
    with pytest.raises(KeyError), Limit(1):
        raise KeyError


async def test_limits_can_stand_in_each_other() -> None:
    with Limit(30):
        with pytest.raises(TimeoutError), Limit(0.001):
            await asyncio.Event().wait()
        await asyncio.sleep(0)
