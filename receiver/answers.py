"""Wait for an answer until the deadline; then say what there is, and at worst the fallback."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from redis.exceptions import RedisError

from receiver.limits import Limit
from receiver.waiters import Word
from store.answers import Answers, CellAnswer

logger = logging.getLogger(__name__)

LATEST = 0.2
"""Seconds after the deadline by which an answer leaves, whatever hangs: platforms leave us about a second."""

LEAST = 0.1
"""Seconds that the store, and the disk, get each even when the sender took until the deadline for its body."""

READ_AGAIN = 0.1
"""Seconds until a store that could not be read is read again."""

MARK_AGAIN = (0.1, 0.4, 1.5)
"""Seconds before each further try to note that an answer was sent."""


@dataclass(frozen=True)
class Said:
    """What the platform hears in each cell."""

    answers: list[CellAnswer]
    on_record: bool
    """Whether the store knows. What it does not know may not be marked as sent, so that a real answer is not lost."""


@dataclass(slots=True)
class Wait:
    """What is awaited: the cells of one event until a deadline (event loop time), then the fallback."""

    answers: Answers
    event_id: str
    cells: Sequence[str]
    fallback: CellAnswer
    deadline: float
    nothing_yet: bool = False
    """Whether there was nothing to be said when it was begun to listen: then the first look waits for a word."""

    async def until_said(self, woken: Word) -> Said:
        """The answers as soon as all are there, else what there is at the deadline, whatever state the store is in."""
        try:
            with Limit(self.deadline - asyncio.get_running_loop().time()):
                return Said(await self._all_ready(woken), on_record=True)
        except TimeoutError:
            return await self._close()

    async def mark_sent(self) -> None:
        """Note that the answers have left. Tried for a while: what is not noted is said again as a late answer."""
        for pause in (*MARK_AGAIN, None):
            try:
                return await self.answers.mark_sent(self.event_id, self.cells)
            except (RedisError, OSError) as error:
                self._complain("could not note that an answer was sent", error)
            if pause is not None:
                await asyncio.sleep(pause)

    async def _all_ready(self, woken: Word) -> list[CellAnswer]:
        readable = True
        if self.nothing_yet:
            await woken.wait()
        while not woken.answers.keys() >= set(self.cells):
            woken.clear()
            try:
                said = await self._collect(close=False)
            except (RedisError, OSError) as error:
                if readable:
                    self._complain("the store cannot be read while a caller waits", error)
                readable = False
                await asyncio.sleep(READ_AGAIN)
                continue
            if said is not None:
                return said
            readable = True
            await woken.wait()
        return [CellAnswer.from_json(woken.answers[cell]) for cell in self.cells]

    async def _close(self) -> Said:
        try:
            async with asyncio.timeout_at(self._latest()):
                said = await self._collect(close=True)
        except (RedisError, OSError) as error:
            self._complain("the store cannot tell what to say, using the fallback", error)
            said = None
        return Said(said or [self.fallback] * len(self.cells), on_record=said is not None)

    def _latest(self) -> float:
        return max(self.deadline + LATEST, asyncio.get_running_loop().time() + LEAST)

    async def _collect(self, *, close: bool) -> list[CellAnswer] | None:
        """Shielded, since a deadline must hold: before Python 3.12 the store's client may swallow a cancellation."""
        look = asyncio.create_task(self.answers.collect(self.event_id, self.cells, self.fallback, close=close))
        look.add_done_callback(_looked)
        return await asyncio.shield(look)

    def _complain(self, what: str, error: Exception) -> None:
        logger.warning(what, extra={"event_id": self.event_id, "error": repr(error)})


def _looked(look: asyncio.Task[list[CellAnswer] | None]) -> None:
    """After the deadline nobody asks any more how a look at the store ended."""
    if not look.cancelled():
        look.exception()
