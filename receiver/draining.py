"""Bring spooled events to the store as soon as it is back; any receiver on the folder does it, one at a time."""

from __future__ import annotations

import asyncio
import logging

from redis.exceptions import RedisError

from store.events import Events
from store.spool import Spool, SpoolError

logger = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between looks at the spool."""


async def drain_for_ever(spool: Spool, events: Events) -> None:
    """Drain until cancelled, through any absence of the store."""
    while True:
        try:
            brought = await drain(spool, events)
            if brought:
                logger.warning("the store is back, spooled events brought", extra={"events": brought})
        except (RedisError, OSError, SpoolError) as error:
            logger.info("spooled events must wait", extra={"error": repr(error)})
        await asyncio.sleep(EVERY)


async def drain(spool: Spool, events: Events) -> int:
    """Everything the spool holds, in order; how many."""
    total = 0
    while brought := await spool.drain(events.accept):
        total += brought
    return total
