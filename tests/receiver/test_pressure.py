from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
from redis.exceptions import ConnectionError as StoreGone
from redis.exceptions import OutOfMemoryError

from receiver import pressure as module
from receiver.pressure import Pressure
from store.backlog import Backlog, Load
from store.client import Store
from store.tasks import end
from tests.store.builders import accept, an_event


class Script(Backlog):
    """Looks as a test wants them."""

    def __init__(self, *loads: Load | Exception) -> None:
        self.loads = list(loads)
        self.written: list[int] = []
        self.full = False

    async def look(self) -> Load:
        load = self.loads.pop(0) if len(self.loads) > 1 else self.loads[0]
        if isinstance(load, Exception):
            raise load
        return load

    async def add_refusals(self, count: int) -> None:
        if self.full:
            raise OutOfMemoryError
        self.written.append(count)


async def under(load: Load, limit: int = 100, share: float = 0.8) -> Pressure:
    pressure = Pressure(Script(load), limit, share)
    await pressure.look()
    return pressure


@pytest.mark.parametrize(
    ("load", "reason"),
    [
        (Load(99, 79, 100), ""),
        (Load(100), "backlog"),
        (Load(0, 80, 100), "memory"),
        (Load(200, 90, 100), "backlog"),
        (Load(0, 1_000_000, 0), ""),
    ],
)
async def test_there_is_too_much_above_a_limit(load: Load, reason: str) -> None:
    assert (await under(load)).reason == reason


async def test_no_limit_is_no_limit() -> None:
    assert (await under(Load(10**9, 99, 100), limit=0, share=0)).reason == ""


async def test_what_was_added_since_the_last_look_counts(store: Store) -> None:
    pressure = Pressure(store.backlog, 3, 0)
    await pressure.look()
    pressure.added(3)
    assert (pressure.jobs, pressure.reason) == (3, "backlog")
    for _ in range(2):
        await accept(store, an_event())
    await pressure.look()
    assert (pressure.jobs, pressure.reason) == (2, "")


async def test_what_was_added_since_the_last_look_takes_memory_too() -> None:
    pressure = await under(Load(0, used=7_000_000, room=10_000_000, events=1_000), limit=0)
    pressure.added(100)
    assert pressure.reason == ""
    pressure.added(100)
    assert pressure.reason == "memory"


async def test_before_the_first_look_and_while_the_store_is_away_nothing_is_refused() -> None:
    pressure = Pressure(Script(Load(500), StoreGone("away"), Load(500)), 100, 0)
    pressure.added(1000)
    assert (pressure.reason, pressure.jobs) == ("", None)
    reasons = []
    for _ in range(3):
        await pressure.look()
        reasons.append(pressure.reason)
    assert reasons == ["backlog", "", "backlog"]


async def test_the_more_and_the_longer_the_later(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (await under(Load(0))).retry_after == 5
    waits = [(await under(Load(jobs))).retry_after for jobs in (100, 150, 200, 10_000)]
    assert waits == [5, 25, 80, 300]
    pressure, now = await under(Load(100)), time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + 600)
    assert 150 <= pressure.retry_after <= 160
    await pressure.look()
    assert pressure.retry_after >= 150


async def test_refusals_are_told_once_for_all(caplog: pytest.LogCaptureFixture) -> None:
    pressure = await under(Load(100))
    for _ in range(1000):
        assert pressure.refuse("backlog") == 5
    pressure.refuse("busy")
    assert caplog.records == []
    await pressure.look()
    await pressure.look()
    (line,) = caplog.records
    assert line.__dict__["events"] == {"backlog": 1000, "busy": 1}
    assert pressure.backlog.written == [1001]  # type: ignore[attr-defined]
    assert pressure.told() == {"jobs": 100, "limit": 100, "memory": 0.0, "refused": 1001}


async def test_a_store_that_is_full_is_told_later_and_refused_meanwhile() -> None:
    backlog = Script(Load(0, 100, 100))
    pressure, backlog.full = Pressure(backlog, 100, 0.8), True
    await pressure.look()
    pressure.refuse("memory")
    await pressure.look()
    assert (pressure.reason, backlog.written) == ("memory", [])
    backlog.full = False
    await pressure.look()
    assert backlog.written == [1]


async def test_it_looks_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY", 0.001)
    loads: list[Any] = [StoreGone("away"), Load(1), StoreGone("away"), Load(7)]
    pressure = Pressure(Script(*loads), 100, 0)
    task = asyncio.create_task(pressure.keep())
    async with asyncio.timeout(30):
        while pressure.jobs != 7:  # noqa: ASYNC110
            await asyncio.sleep(0.001)
    await end(task)
