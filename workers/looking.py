"""Looking again and again, through any absence of the store and any mistake of ours."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable

from redis.exceptions import RedisError

logger = logging.getLogger(__name__)

Look = Callable[[], Awaitable[float | None]]
"""May say in how many seconds the next one is due."""


async def look_for_ever(look: Look, every: float, what: str) -> None:
    """Until cancelled; `every` so many seconds, unless a look says otherwise.

    This is a process edge: nobody would notice that nothing looks after `what` any more.
    """
    while True:
        wait = None
        try:
            wait = await look()
        except (RedisError, OSError) as error:
            logger.warning("the store is away, this must wait", extra={"what": what, "error": repr(error)})
        except Exception:
            logger.exception("a look failed, the next one goes on", extra={"what": what})
        await asyncio.sleep(every if wait is None else wait)
