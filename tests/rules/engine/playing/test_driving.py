from __future__ import annotations

import asyncio
import inspect

import pytest

from rules.engine.playing.driving import Waited, driven


async def answer(moment: float | None = None) -> int:
    if moment is not None:
        await asyncio.sleep(moment)
    return 42


def test_what_does_not_wait_has_its_result_at_once() -> None:
    assert driven(answer()) == 42


def test_what_waits_is_ended() -> None:
    waiting = answer(0)
    with pytest.raises(Waited):
        driven(waiting)
    assert inspect.getcoroutinestate(waiting) == "CORO_CLOSED"
