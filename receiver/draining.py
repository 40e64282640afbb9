"""Bring spooled events to the store as soon as it is back; any receiver on the folder does it, one at a time."""

from __future__ import annotations

import asyncio
import logging

from redis.exceptions import RedisError

from receiver.pressure import Pressure
from store.events import Events
from store.spool import Spool, SpoolError

logger = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between looks at the spool."""


async def drain_for_ever(spool: Spool, events: Events, pressure: Pressure | None = None) -> None:
    """Drain until cancelled, through any absence of the store and any trouble with the disk. This is a process edge:
    without it acknowledged events would stay behind."""
    while True:
        try:
            brought = await drain(spool, events, pressure)
            if brought:
                logger.warning("the store is back, spooled events brought", extra={"events": brought})
        except (RedisError, OSError, SpoolError) as error:
            logger.info("spooled events must wait", extra={"error": repr(error)})
        except Exception:
            logger.exception("bringing spooled events failed, it goes on with the next look")
        await asyncio.sleep(EVERY)


async def drain(spool: Spool, events: Events, pressure: Pressure | None = None) -> int:
    """Everything the spool holds, in order, for as long as there is not too much to do already; how many."""
    total = 0
    while not (pressure and pressure.reason) and (brought := await spool.drain(events.accept_spooled)):
        total += brought
        if pressure:
            pressure.added(brought)
    return total
