"""One bad day from its seed to its verdict."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from store.tasks import end
from tests.chaos.caller import Clock, Platforms
from tests.chaos.collect import (
    complaints_in,
    counted_in,
    effects_in,
    forgotten_in,
    left_in,
    letters_in,
    stored_in,
)
from tests.chaos.injector import Injector
from tests.chaos.installation import Begin, Installation, started
from tests.chaos.judge import Failure, judge
from tests.chaos.ledger import Ledger
from tests.chaos.plan import RECEIVERS, Fault, fault_plan
from tests.chaos.report import table, verdict
from tests.chaos.traffic import deliveries

STUCK_AFTER = 90.0
"""Seconds without any progress, once all is mended, after which whatever is left will not be finished."""
QUIET_WITHIN = 1800.0
"""Seconds after which it is not waited for any longer, progress or not."""
QUIET_POLL = 0.25
QUIET_LOOKS = 4
"""Looks in a row that find nothing left: what is between two places is not gone."""


@dataclass(frozen=True)
class Day:
    """What is to be played."""

    seed: int
    seconds: float
    rate: float
    folder: Path
    say: Callable[[str], None] = print
    begin: Begin = started
    """How its processes come into being."""


@dataclass
class Outcome:
    """What came of it."""

    ledger: Ledger
    failures: list[Failure]
    log: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """The table and the verdict."""
        return f"{table(self.ledger)}\n{verdict(self.failures)}"


async def play(day: Day) -> Outcome:
    """Traffic and faults, then healing, quiet and the reckoning."""
    clock = Clock()
    around = Installation(day.folder, lambda: clock.now, day.begin)
    plan = fault_plan(day.seed, day.seconds)
    try:
        await around.start()
        clock.began = time.monotonic()
        platforms = Platforms([around.ports[name] for name in RECEIVERS], RECEIVERS, time.time(), clock)
        injector = Injector(around)
        watch = asyncio.create_task(around.watch())
        await _go_wrong(day, around, platforms, injector, plan)
        left = await _until_quiet(day, around)
        await end(watch)
        ledger = await _reckon(around, platforms, left)
    finally:
        await around.stop()
    outcome = Outcome(ledger, judge(ledger), injector.log)
    (day.folder / "faults.log").write_text("\n".join(injector.log) + "\n")
    (day.folder / "report.txt").write_text(outcome.text + "\n" + "\n".join(map(str, outcome.failures)) + "\n")
    return outcome


async def _go_wrong(
    day: Day, around: Installation, platforms: Platforms, injector: Injector, plan: Sequence[Fault]
) -> None:
    async with asyncio.TaskGroup() as group:
        group.create_task(injector.play(plan))
        progress = asyncio.create_task(_progress(day, platforms, plan))
        await platforms.send_all(deliveries(day.seed, day.seconds, day.rate))
    await end(progress)
    await injector.heal()
    day.say(f"all mended after {around.now():.0f} s, waiting for quiet")


async def _progress(day: Day, platforms: Platforms, plan: Sequence[Fault]) -> None:
    while True:
        await asyncio.sleep(30)
        begun = sum(fault.at <= platforms.clock.now for fault in plan)
        day.say(f"{platforms.clock.now:6.0f} s: {len(platforms.sent)} sent, {begun} of {len(plan)} faults")


async def _until_quiet(day: Day, around: Installation) -> dict[str, int]:
    """What is left when it is quiet, or when that took too long."""
    began = progressed = around.now()
    seen, quiet = (0, 0, 0, 0), 0
    while True:
        left = dict(await left_in(around.store, around.spool))
        quiet = 0 if any(left.values()) else quiet + 1
        stands = (left["open"], left["spool"], await around.store.events.count(), around.effects_bytes)
        if stands != seen:
            seen, progressed = stands, around.now()
        if quiet >= QUIET_LOOKS or around.now() > min(began + QUIET_WITHIN, progressed + STUCK_AFTER):
            return left
        await asyncio.sleep(QUIET_POLL)


async def _reckon(around: Installation, platforms: Platforms, left: dict[str, int]) -> Ledger:
    letters = await letters_in(around.store)
    left |= await forgotten_in(around.store)
    stored = await stored_in(around.store, letters)
    return Ledger(
        platforms.sent, stored, effects_in(around.effects), around.outages, await counted_in(around.store), letters,
        left, around.deaths, complaints_in(around.folder), platforms.clock.worst,
    )  # fmt: skip
