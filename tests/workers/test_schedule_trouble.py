"""Schedules through outages, deaths of workers and lost answers: on time, made up for, or counted as missed."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest
from redis.exceptions import ConnectionError as StoreGone

from tests.workers.support import Poke, add_action
from tests.workers.town import DAILY, STEPS, Town, local
from workers import schedule as module
from workers.actions.base import ActionContext
from workers.clients.errors import Invalid
from workers.schedule import ON_TIME, milliseconds, schedule_for_ever, sorted_out


@pytest.mark.parametrize(
    ("catch_up", "fired", "skipped", "last"),
    [("", [], 3, "2026-03-05T02:30"), (", catch_up: once", [local("2026-03-05T02:30")], 2, "2026-03-04T02:30")],
)
async def test_after_an_outage(town: Town, catch_up: str, fired: list[datetime], skipped: int, last: str) -> None:
    town.put(DAILY % (catch_up, STEPS))
    await town.at(local("2026-03-02T12:00"), local("2026-03-05T12:00"))
    assert await town.fired() == fired
    pointer = await town.pointer()
    assert (pointer.skipped, pointer.skipped_ms) == (skipped, milliseconds(local(last)))
    await town.at(local("2026-03-06T02:30"))
    assert await town.fired() == [*fired, local("2026-03-06T02:30")]


@pytest.mark.parametrize(("late", "fires"), [(ON_TIME, True), (ON_TIME + 1, False)])
async def test_a_little_late_is_on_time(town: Town, late: float, fires: bool) -> None:
    town.put(DAILY % ("", STEPS))
    await town.at(local("2026-03-02T12:00"), local("2026-03-03T02:30") + timedelta(seconds=late))
    assert bool(await town.fired()) is fires
    assert (await town.pointer()).skipped == (0 if fires else 1)


async def test_all_that_are_on_time_fire(town: Town) -> None:
    town.put((DAILY % ("", STEPS)).replace("30 2", "* *"))
    await town.at(local("2026-03-02T12:00"), local("2026-03-02T12:10"))
    assert [f"{moment:%H:%M}" for moment in await town.fired()] == ["12:08", "12:09", "12:10"]
    assert (await town.pointer()).skipped == 7


async def test_a_long_outage_is_counted_piece_by_piece(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "BATCH", 7)
    town.put((DAILY % (", catch_up: once", STEPS)).replace("30 2 * * *", "*/5 * * * *"))
    await town.at(local("2026-03-02T12:00"), local("2026-03-03T12:03"))
    assert await town.fired() == [local("2026-03-03T12:00")]
    pointer = await town.pointer()
    assert (pointer.skipped, pointer.skipped_ms) == (287, milliseconds(local("2026-03-03T11:55")))


async def test_a_worker_that_dies_between_claim_and_handling(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    poke = add_action(monkeypatch, "test.poke", Poke())
    town.put(DAILY % ("", "steps: [{ action: test.poke }]\n"))
    await town.at(local("2026-03-02T12:00"), local("2026-03-03T02:30"))
    _, lease = await town.shop.take()
    await town.at(local("2026-03-03T02:31"))
    await town.shop.lose(lease)
    await town.shop.work()
    assert len(poke.seen) == 1
    assert len(await town.fired()) == 1


async def test_a_worker_that_dies_between_two_firings(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other one goes on where the first stopped."""
    town.put((DAILY % ("", STEPS)).replace("30 2", "* *"))
    await town.at(local("2026-03-02T12:00"))
    town.clock.now = local("2026-03-02T12:02")
    dying, other = town.schedulers
    move, moved = dying.store.schedules.move, 0

    async def one_move(*arguments: Any, **more: Any) -> bool:
        nonlocal moved
        moved += 1
        if moved == 2:
            raise StoreGone("it was killed")
        return await move(*arguments, **more)

    monkeypatch.setattr(dying.store.schedules, "move", one_move)
    with pytest.raises(StoreGone):
        await dying.look()
    assert len(await town.fired()) == 1
    await other.look()
    assert [f"{moment:%H:%M}" for moment in await town.fired()] == ["12:01", "12:02"]


async def test_an_answer_of_the_store_that_got_lost(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    """The move was made although the worker never heard of it."""
    town.put(DAILY % ("", STEPS))
    await town.at(local("2026-03-02T12:00"))
    move = town.shop.store.schedules.move

    async def unheard(*arguments: Any, **more: Any) -> bool:
        monkeypatch.setattr(town.shop.store.schedules, "move", move)
        await move(*arguments, **more)
        raise TimeoutError

    monkeypatch.setattr(town.shop.store.schedules, "move", unheard)
    town.clock.now = local("2026-03-03T02:30")
    with pytest.raises(TimeoutError):
        await town.schedulers[0].look()
    await town.at(town.clock.now)
    assert len(await town.fired()) == 1


async def test_a_run_of_a_schedule_retries_and_dies_like_any_other(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fails(context: ActionContext, value: Any) -> None:
        raise Invalid("no such thing")

    add_action(monkeypatch, "test.poke", Poke(fails))
    town.put(DAILY % ("", "steps: [{ action: test.poke }]\n"))
    await town.at(local("2026-03-02T12:00"), local("2026-03-03T02:30"))
    await town.shop.work()
    (letter,) = await town.shop.letters()
    assert (letter.rule, letter.kind) == ("night", "schedule")


@pytest.mark.parametrize(
    ("due", "catch_up", "more", "skipped", "fired"),
    [
        ([], "once", False, [], []),
        ([1, 2, 3], "skip", False, [1, 2, 3], []),
        ([1, 2, 3], "once", False, [1, 2], [3]),
        ([1, 2, 3], "once", True, [1, 2, 3], []),
        ([1, 2, 880_000], "once", False, [1, 2], [880_000]),
        ([1, 2, 880_000, 999_000], "skip", False, [1, 2], [880_000, 999_000]),
    ],
)
def test_what_becomes_of_what_is_due(
    due: list[int], catch_up: Any, more: bool, skipped: list[int], fired: list[int]
) -> None:
    assert sorted_out(due, 1_000_000, catch_up, more=more) == (skipped, fired)


@pytest.mark.parametrize("error", [StoreGone("away"), KeyError("a bug of ours")])
async def test_looking_outlives_every_failure(town: Town, monkeypatch: pytest.MonkeyPatch, error: Exception) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY", 0.001)
    looks = 0

    async def fails() -> int:
        nonlocal looks
        looks += 1
        raise error

    scheduler = town.schedulers[0]
    scheduler.clock = fails
    task = asyncio.create_task(schedule_for_ever(scheduler))
    async with asyncio.timeout(30):
        while looks < 3:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
