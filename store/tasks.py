"""Ending tasks that talk to the store.

Before Python 3.12 `asyncio.wait_for`, which the store's client uses, swallows a cancellation that arrives just as a
read or write is done. So a task is cancelled until it obeys.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

AGAIN = 0.1
"""Seconds between two cancellations."""


async def end(*tasks: asyncio.Task[Any] | None) -> None:
    """Cancel tasks and wait until they are over, whatever they end with."""
    await _end([task for task in tasks if task is not None])


def is_asked_to_end() -> bool:
    """Whether somebody has cancelled the current task; a cancellation that nobody asked for is a bug like any other."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


async def _end(tasks: Iterable[asyncio.Task[Any]]) -> None:
    left = {task for task in tasks if not task.done()}
    while left:
        for task in left:
            task.cancel()
        _, left = await asyncio.wait(left, timeout=AGAIN)
