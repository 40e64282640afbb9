"""The sweeper: work without a job gets one, answers that never left are delivered late. One worker at a time."""

from __future__ import annotations

import asyncio
import logging

from redis.exceptions import RedisError

from store.client import Store

logger = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between looks at unsent answers."""
ORPHANS_EVERY = 10
"""Looks between two searches for work without a job."""
ORPHANED_AFTER = 30.0
"""Seconds that work may be open before it is looked at: longer than any write takes."""
BATCH = 500


async def sweep_for_ever(store: Store, name: str) -> None:
    """Sweep until cancelled; whoever holds the lock sweeps."""
    looks = 0
    while True:
        await asyncio.sleep(EVERY)
        try:
            if await store.queue.lock("sweep", name, EVERY * 0.9):
                looks += 1
                await sweep(store, orphans=looks % ORPHANS_EVERY == 1)
        except (RedisError, OSError) as error:
            logger.warning("sweeping must wait, the store is away", extra={"error": repr(error)})
        except Exception:
            logger.exception("sweeping failed, it goes on with the next look")


async def sweep(store: Store, *, orphans: bool = True, older_than: float = ORPHANED_AFTER) -> int:
    """One round; returns how many pieces of work got a job."""
    count = await store.queue.enqueue_unsent()
    if orphans:
        count += await _adopt_orphans(store, older_than) + await store.pauses.let_go()
    return count


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
