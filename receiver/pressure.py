"""Back-pressure: above a limit, events that nobody waits for are asked to come later.

The limit is held against a number that is looked up each second and counted on in between, so that no request costs a
further round trip. While the store is away there is no number, and the spool has its own limit.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from redis.exceptions import RedisError

from store.backlog import Backlog, Load

logger = logging.getLogger(__name__)

LOOK_EVERY = 1.0
"""Seconds between looks at the store, and at least between two lines in the log."""
SOONEST, LATEST = 5, 300
"""Seconds after which senders are asked to come again, as soon as it is full and when it is very full or stays so."""


@dataclass
class Pressure:
    """How much is left to do, as far as this process knows."""

    backlog: Backlog
    limit: int
    """Jobs that may wait in the background; 0: any number."""
    share: float
    """How much of the memory the store may use is used at the most; 0: all of it."""
    refused: Counter[str] = field(default_factory=Counter)
    """Events of this process that were asked to come later, by the reason."""
    _seen: Load | None = None
    _added: int = 0
    _untold: Counter[str] = field(default_factory=Counter)
    _unwritten: int = 0
    _full_since: float = 0.0

    @property
    def jobs(self) -> int | None:
        """How many jobs wait; None while the store is away."""
        return self._seen.jobs + self._added if self._seen else None

    @property
    def reason(self) -> str:
        """Why there is too much: `backlog` or `memory`; empty while there is not."""
        if self._fill_of_jobs() >= 1:
            return "backlog"
        return "memory" if self._fill_of_memory() >= 1 else ""

    @property
    def retry_after(self) -> int:
        """Seconds: the more is waiting and the longer it has been too much, the later."""
        full_for = time.monotonic() - self._full_since if self._full_since else 0.0
        level = max(1.0, self._fill_of_jobs(), self._fill_of_memory())
        return min(LATEST, round(SOONEST * level**4 + full_for / 4))

    def added(self, count: int) -> None:
        """So many jobs more were put into the background."""
        self._added += count

    def refuse(self, reason: str) -> int:
        """Count an event that is not taken; gives the seconds after which it may come again."""
        self.refused[reason] += 1
        self._untold[reason] += 1
        return self.retry_after

    def told(self) -> dict[str, Any]:
        """For people who look whether all is well."""
        memory = round(self._seen.share, 3) if self._seen else 0.0
        return {"jobs": self.jobs, "limit": self.limit, "memory": memory, "refused": self.refused.total()}

    async def keep(self) -> None:
        """Look until cancelled, through any absence of the store."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY)

    async def look(self) -> None:
        """Learn how much there is to do, and tell what was refused since the last look."""
        self._tell()
        added = self._added
        try:
            self._seen = await self.backlog.look()
            self._added -= added
        except (RedisError, OSError):
            self._seen, self._added = None, 0
        self._full_since = (self._full_since or time.monotonic()) if self.reason else 0.0
        await self._write()

    def _tell(self) -> None:
        told, self._untold = self._untold, Counter()
        if told:
            self._unwritten += told.total()
            logger.warning(
                "events were asked to come later",
                extra={"events": dict(told), "jobs": self.jobs, "limit": self.limit, "retry_after": self.retry_after},
            )

    async def _write(self) -> None:
        """For `doctor`; a store that is too full for a number takes it later."""
        count = self._unwritten
        if count:
            with suppress(RedisError, OSError):
                await self.backlog.add_refusals(count)
                self._unwritten -= count

    def _fill_of_jobs(self) -> float:
        """How full it is: 1.0 is the limit."""
        return (self._seen.jobs + self._added) / self.limit if self._seen and self.limit else 0.0

    def _fill_of_memory(self) -> float:
        return self._seen.share_with(self._added) / self.share if self._seen and self.share else 0.0
