"""What the store says of the whole installation: the same from every process, looked up every few seconds."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

from redis.exceptions import RedisError

from store.client import Store
from store.metrics import Level, Sheet

FRESH = 3.0
"""Seconds for which a look counts."""
PATIENCE = 1.0
"""Seconds the store gets to tell."""


@dataclass
class StoreGauges:
    """The gauges that are about the store, whoever shows them."""

    store: Store
    sheet: Sheet = field(default_factory=Sheet)
    _looked: float = 0.0
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    def __post_init__(self) -> None:
        level = self.sheet.level
        self.up = level("hookswitch_store_up", "1 while the store answers this process, else 0")
        self.clock = level("hookswitch_clock_offset_seconds", "this machine's clock minus the store's")
        self.jobs = level("hookswitch_lane_jobs", "jobs of a lane, those in work included", "lane")
        self.oldest = level("hookswitch_lane_oldest_seconds", "how long the oldest job nobody took up is due", "lane")
        self.backlog = level("hookswitch_backlog_jobs", "background jobs that are due and not taken up")
        self.open = level("hookswitch_open_work", "pieces of work that are not finished, waiting ones included")
        self.dead = level("hookswitch_dead_letters", "runs and events that were given up and not dealt with")
        self.kept = level("hookswitch_events_kept", "events that are kept")
        self.workers = level("hookswitch_workers", "workers that gave a sign of life in the last 15 seconds")
        self.paused = level("hookswitch_pauses", "pauses in force: of rules, connections or everything")
        self.refused = level(
            "hookswitch_rule_files_refused", "workers that hold out the file of a rule as it is now", "rule"
        )
        self.memory = level("hookswitch_store_memory_bytes", "memory the store uses")
        self.room = level("hookswitch_store_memory_room_bytes", "memory the store may use, where that is known")

    @property
    def told(self) -> list[Level]:
        """What only the store can tell."""
        return [each for each in self.sheet.measures if isinstance(each, Level) and each is not self.up]

    async def look(self) -> None:
        """Ask the store unless that was done a moment ago; what it does not tell is not shown."""
        async with self._looking:
            if self._looked and time.monotonic() - self._looked < FRESH:
                return
            for level in self.told:
                level.clear()
            try:
                async with asyncio.timeout(PATIENCE):
                    await self._ask()
                self.up.set(1)
            except (RedisError, OSError):
                self.up.set(0)
            self._looked = time.monotonic()

    async def _ask(self) -> None:
        store = self.store
        self.clock.set(await self._offset())
        for lane, jobs in (await store.queue.depth()).items():
            self.jobs.set(jobs, lane)
        for lane, seconds in (await store.queue.oldest_due()).items():
            self.oldest.set(seconds, lane)
        load = await store.backlog.look()
        self.backlog.set(load.jobs)
        self.memory.set(load.used)
        if load.room:
            self.room.set(load.room)
        self.kept.set(load.events)
        self.open.set(await store.queue.open_work())
        self.dead.set(await store.dead.count())
        self.workers.set(len(await store.queue.workers()))
        self.paused.set(len(await store.pauses.all()))
        await self._ask_workers()

    async def _ask_workers(self) -> None:
        refused: dict[str, int] = {}
        for note in (await self.store.roster.all()).values():
            for rule in note.refused:
                refused[rule] = refused.get(rule, 0) + 1
        for rule, workers in refused.items():
            self.refused.set(workers, rule)

    async def _offset(self) -> float:
        """Seconds our clock is ahead, as of the middle of the question."""
        before = time.time()
        seconds, microseconds = await self.store.redis.time()
        return (before + time.time()) / 2 - (int(seconds) + int(microseconds) / 1e6)
