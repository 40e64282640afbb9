"""The sweeper: work without a job gets one, answers that never left are delivered late, what is old is removed.

One worker at a time does each of these.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from itertools import count

from store.client import Store
from store.retention import Keep, Walk
from workers.looking import look_for_ever

logger = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between looks at unsent answers."""
ORPHANS_EVERY = 10
"""Looks between two searches for work without a job."""
ORPHANED_AFTER = 30.0
"""Seconds that work may be open before it is looked at: longer than any write takes."""
BATCH = 500
PASS_EVERY = 60.0
"""Seconds between two passes over the events that are kept."""
RELIEF_EVERY = 3.0
"""Seconds between two passes while the store is too full."""
PART = 0.2
"""Seconds of each look that a pass may take: the store has more to do."""


async def sweep_for_ever(store: Store, name: str, keep: Keep) -> None:
    """Sweep until cancelled; whoever holds the lock sweeps."""
    looks, tidying = count(), Tidying(store, name, keep)

    async def look() -> None:
        if await store.queue.lock("sweep", name, EVERY * 0.9):
            await sweep(store, orphans=next(looks) % ORPHANS_EVERY == 0)
        await tidying.look()

    await look_for_ever(look, EVERY, "sweeping")


async def sweep(store: Store, *, orphans: bool = True, older_than: float = ORPHANED_AFTER) -> int:
    """One round; returns how many pieces of work got a job."""
    given = await store.queue.enqueue_unsent()
    if orphans:
        given += await _adopt_orphans(store, older_than) + await store.pauses.let_go()
    return given


async def _adopt_orphans(store: Store, older_than: float) -> int:
    offset, adopted = 0, 0
    while True:
        looked, found = await store.queue.orphans(older_than, BATCH, offset)
        for work_id in found:
            if await store.queue.adopt(work_id):
                logger.warning("unfinished work had no job and got one", extra={"work_id": work_id})
                adopted += 1
        offset += looked
        if looked < BATCH:
            return adopted


@dataclass
class Tidying:
    """Removes events that are over and old: a pass a minute over all workers, a part of it at each look."""

    store: Store
    name: str
    keep: Keep
    _walk: Walk | None = None

    async def look(self) -> None:
        """Go on with a pass, or begin one when it is time."""
        if self._walk is None and await self._is_time():
            self._walk = Walk()
        if self._walk is not None:
            await self._part(self._walk)
            if self._walk.over:
                await self._end(self._walk)

    async def _is_time(self) -> bool:
        """Each minute, and sooner for one of all workers when the store is fuller than it should be."""
        if await self.store.queue.lock("retention", self.name, PASS_EVERY):
            return True
        load = await self.store.backlog.look()
        return self.keep.is_exceeded(load) and await self.store.queue.lock("relief", self.name, RELIEF_EVERY)

    async def _part(self, walk: Walk) -> None:
        until = time.monotonic() + PART
        load = await self.store.backlog.look()
        bounds = self.keep.bounds(await self.store.retention.now_ms(), load)
        if self.keep.is_exceeded(load):
            walk.relieved = True
        while not walk.over:
            await self.store.retention.step(walk, bounds)
            if time.monotonic() > until:
                return

    async def _end(self, walk: Walk) -> None:
        self._walk = None
        versions = await self.store.retention.forget_versions(await self.store.retention.now_ms())
        if walk.removed and walk.relieved:
            logger.warning("the store is too full, events removed before their time", extra={"events": walk.removed})
        elif walk.removed or versions:
            logger.info("old events removed", extra={"events": walk.removed, "rule_versions": versions})
