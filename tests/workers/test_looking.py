from __future__ import annotations

import asyncio

import pytest
from redis.exceptions import ConnectionError as StoreGone

from store.tasks import end
from workers.looking import look_for_ever


@pytest.mark.parametrize(
    ("error", "level"), [(StoreGone("away"), "WARNING"), (OSError("away"), "WARNING"), (KeyError("ours"), "ERROR")]
)
async def test_looking_outlives_every_failure_and_says_what_waits(
    error: Exception, level: str, caplog: pytest.LogCaptureFixture
) -> None:
    looked = asyncio.Semaphore(0)

    async def look() -> None:
        looked.release()
        raise error

    looking = asyncio.create_task(look_for_ever(look, 0.0, "the mail"))
    for _ in range(3):
        await looked.acquire()
    await end(looking)
    assert {(record.levelname, record.__dict__["what"]) for record in caplog.records} == {(level, "the mail")}


async def test_a_look_may_say_when_the_next_one_is_due() -> None:
    looked = asyncio.Semaphore(0)

    async def look() -> float:
        looked.release()
        return 0.0

    looking = asyncio.create_task(look_for_ever(look, 3600.0, "the mail"))
    for _ in range(3):
        await looked.acquire()
    await end(looking)


async def test_else_it_comes_after_a_while() -> None:
    looks = 0

    async def look() -> None:
        nonlocal looks
        looks += 1

    looking = asyncio.create_task(look_for_ever(look, 3600.0, "the mail"))
    for _ in range(20):
        await asyncio.sleep(0)
    await end(looking)
    assert looks == 1
