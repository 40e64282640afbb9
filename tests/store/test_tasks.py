from __future__ import annotations

import asyncio

from store.tasks import end, is_asked_to_end


async def test_a_task_that_obeys_and_one_that_failed() -> None:
    async def fails() -> None:
        raise ValueError

    obeys, failed = asyncio.create_task(asyncio.sleep(60)), asyncio.create_task(fails())
    await asyncio.sleep(0)
    await end(obeys, failed, None)
    assert obeys.cancelled()
    assert isinstance(failed.exception(), ValueError)


async def test_a_task_that_swallows_the_first_cancellation() -> None:
    swallowed = 0

    async def stubborn() -> None:
        nonlocal swallowed
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                swallowed += 1
                if swallowed == 3:
                    raise

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await end(task)
    assert task.cancelled()
    assert swallowed == 3


async def test_nothing_to_end() -> None:
    await end()
    await end(None)


async def test_a_cancellation_that_nobody_asked_for_is_known_as_such() -> None:
    async def cancelled_by_itself() -> bool:
        try:
            raise asyncio.CancelledError
        except asyncio.CancelledError:
            return is_asked_to_end()

    async def cancelled_by_others() -> bool:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            return is_asked_to_end()
        return False

    assert not await asyncio.create_task(cancelled_by_itself())
    task = asyncio.create_task(cancelled_by_others())
    await asyncio.sleep(0)
    task.cancel()
    assert await task
