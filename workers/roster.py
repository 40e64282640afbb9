"""Tell the store what this worker has in force and what it refuses, so that people need not read its log for it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from dataclasses import dataclass

from redis.exceptions import RedisError

from store.roster import LASTS, Note, Roster
from workers.rulebook import RuleBook

logger = logging.getLogger(__name__)

EVERY = 0.25
"""Seconds between looks at whether something is new."""
RENEW_EVERY = LASTS / 3
_LONGEST = 500


def note_of(book: RuleBook) -> Note:
    """What is in force in this process, and the first error of each file that is not."""
    refused: dict[str, str] = {}
    for finding in book.findings:
        if finding.severity == "error":
            refused.setdefault(finding.rule, finding.text[:_LONGEST])
    return Note(frozenset(rule.name for rule in book.rules), refused, book.followed)


@dataclass
class Teller:
    """Keeps this worker's note."""

    roster: Roster
    worker: str
    book: RuleBook
    _told: Note | None = None
    _renewed: float = 0.0

    async def look(self) -> None:
        """Write the note when it has changed, renew it when it is time."""
        note, now = note_of(self.book), asyncio.get_running_loop().time()
        if note == self._told and now - self._renewed < RENEW_EVERY:
            return
        if note != self._told or not await self.roster.renew(self.worker):
            await self.roster.write(self.worker, note)
        self._told, self._renewed = note, now

    async def tell_for_ever(self) -> None:
        """Until cancelled, through any absence of the store."""
        while True:
            try:
                await self.look()
            except (RedisError, OSError) as error:
                logger.debug("what is in force could not be told", extra={"error": repr(error)})
            await asyncio.sleep(EVERY)

    async def leave(self) -> None:
        """Take the note back; when the store is away it goes by itself."""
        with suppress(RedisError, OSError):
            await self.roster.drop(self.worker)
