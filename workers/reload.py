"""Watch the rules folder: a change is in force within a second, and everybody is told what was held back."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress

from redis.exceptions import RedisError
from watchfiles import awatch

from rules.engine.loading.load import NoFolder
from store.lastgood import LastGood
from workers.rulebook import Change, RuleBook

logger = logging.getLogger(__name__)

GATHER_MS = 400
"""Milliseconds of changes that are looked at together at the most: editors write in several steps."""
SETTLED_MS = 100
"""Milliseconds without a change after which they are looked at: half a file may be a rule, but not the one meant."""
QUIET_MS = 250
"""Milliseconds without a change after which a new watcher is taken to be there."""
GRACE = 0.2
"""Seconds a file may be away before its rule is removed: editors and git take files away to put new ones there."""
LOOK_AGAIN = 1.0
"""Seconds until the next look when the folder cannot be watched."""


async def begin(book: RuleBook, last_good: LastGood) -> None:
    """Bring back last good versions for files that are wrong at the start, and remember what is in force."""
    if book.bad_files:
        book.remember(await last_good.all())
    await last_good.keep({rule.name: rule.document for rule in book.rules})


async def keep_up(book: RuleBook, last_good: LastGood, stop: asyncio.Event) -> None:
    """Follow the folder until `stop` is set, also when it is away for a while. Not to be cancelled: the watcher runs in
    a thread, and its library may swallow a cancellation.
    """
    while not stop.is_set():
        try:
            await _watch(book, last_good, stop)
        except (FileNotFoundError, NotADirectoryError, NoFolder) as error:
            book.followed = False
            logger.warning("the rules folder is away, everything stays in force", extra={"why": str(error)})
            await _wait_until_back(book, last_good, stop)


async def _watch(book: RuleBook, last_good: LastGood, stop: asyncio.Event) -> None:
    """Take over every change, and first of all what changed before the watcher was there."""
    changes = awatch(
        book.folder, debounce=GATHER_MS, step=SETTLED_MS, stop_event=stop, rust_timeout=QUIET_MS, yield_on_timeout=True
    )
    async for seen in changes:
        if seen or not book.followed:
            await take_over(book, last_good)
            book.followed = True


async def _wait_until_back(book: RuleBook, last_good: LastGood, stop: asyncio.Event) -> None:
    while not stop.is_set():
        with suppress(TimeoutError):
            async with asyncio.timeout(LOOK_AGAIN):
                await stop.wait()
        try:
            await take_over(book, last_good)
        except NoFolder:
            continue
        return


async def take_over(book: RuleBook, last_good: LastGood) -> Change:
    """Look once, tell what changed, and remember it; a store that is away loses nothing but the memory of it."""
    if await asyncio.to_thread(book.misses_files):
        await asyncio.sleep(GRACE)
    change = await asyncio.to_thread(book.look)
    report(change, book)
    if change.swapped or change.removed:
        swapped = {name: rule.document for name in change.swapped if (rule := book.rule(name))}
        try:
            await last_good.keep(swapped, change.removed)
        except (RedisError, OSError) as error:
            logger.warning("the last good rules could not be remembered", extra={"why": repr(error)})
    return change


def report(change: Change, book: RuleBook) -> None:
    """One line for each thing that changed."""
    for finding in change.held_back:
        instead = "the last good version stays in force" if book.rule(finding.rule) else "not in force"
        logger.error(f"{finding.text} ({instead})", extra={"code": finding.code})
    for name in change.swapped:
        logger.warning("rule in force", extra={"rule": name})
    for name in change.mended:
        logger.warning("the file is right again, what was in force stays so", extra={"rule": name})
    for name in change.removed:
        logger.warning("rule removed", extra={"rule": name})
