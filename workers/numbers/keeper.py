"""The keeper of numbers: one worker at a time, which looks when somebody else should answer a number, when people ask,
when the file changes, and every so often besides.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime

from redis.exceptions import RedisError

from rules.engine.numbers.desired import NumbersFile
from store.numbers import ASKED_LASTS, Asked, NotKeeperError, Term
from store.tasks import end
from workers.desk import Desk
from workers.numbers.accounts import Accounts
from workers.numbers.rounds import Aim, Round, Row
from workers.numbers.watched import Watched

logger = logging.getLogger(__name__)

LEASE = 6.0
"""Seconds for which a worker is the keeper; another one takes over so long after it has died."""
RENEW_EVERY = 1.5
SAFE = LEASE - RENEW_EVERY
"""Seconds after a renewal in which nothing else can have become the keeper, with some to spare."""
TICK = 0.5
"""Seconds between looks at what is asked and at the file."""
SHORTEST = 0.01
SOON = 30.0
"""Seconds until the next look when a platform could not be asked, or changed something at the same moment."""

_AIMS: dict[str, Aim] = {"look": "look", "apply": "apply", "adopt": "adopt"}


@dataclass
class Keeper:
    """This worker's try at being the keeper. `every` is the seconds between looks at the platforms."""

    desk: Desk
    watched: Watched
    name: str
    every: float
    _token: int = 0
    _renewed: float = 0.0
    _next_look_ms: float = 0.0
    _next_change_ms: float = float("inf")
    _paused: frozenset[str] = field(default=frozenset())

    async def look(self) -> float:
        """Do what is due; gives the seconds until the next look."""
        if await self.watched.look():
            self._next_look_ms = 0
        file = self.watched.file
        if file is None:
            await self.leave()
            return TICK
        term = await self._tend()
        if not self._token:
            return TICK
        self._notice_pauses()
        if term.asked:
            await self._answer_all(file)
        if term.now_ms >= min(self._next_look_ms, self._next_change_ms):
            await self._keep(file, term.now_ms)
        ahead = (min(self._next_look_ms, self._next_change_ms) - term.now_ms) / 1000
        return max(SHORTEST, min(TICK, ahead))

    async def leave(self) -> None:
        """Let another worker be it at once."""
        if self._token:
            self._token = 0
            await self.desk.store.numbers.leave(self.name)

    def ensure(self) -> None:
        """Raises NotKeeperError when another worker may be the keeper."""
        if not self._token or asyncio.get_running_loop().time() - self._renewed > SAFE:
            raise NotKeeperError

    async def _tend(self) -> Term:
        asked_at = asyncio.get_running_loop().time()
        term = await self.desk.store.numbers.tend(self.name, LEASE)
        if term.token and term.token != self._token:
            logger.info("this worker keeps numbers now", extra={"worker": self.name})
            self._next_look_ms = 0
        self._token, self._renewed = term.token, asked_at
        return term

    @asynccontextmanager
    async def _tending(self) -> AsyncIterator[None]:
        """Stay the keeper for as long as a round takes."""
        task = asyncio.create_task(self._renew())
        try:
            yield
        finally:
            await end(task)

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(RENEW_EVERY)
            with suppress(RedisError, OSError):
                await self._tend()

    def _notice_pauses(self) -> None:
        """What a pause held back is due when it is lifted."""
        paused = frozenset(self.desk.pauses.known)
        if self._paused - paused:
            self._next_look_ms = 0
        self._paused = paused

    async def _keep(self, file: NumbersFile, now_ms: int) -> None:
        made = self._round(file, now_ms)
        async with self._tending():
            rows = await made.run()
        await self._remember(file, now_ms, rows)
        change = file.next_change(_moment(now_ms))
        changes = [change.timestamp() * 1000] if change else []
        ends = [pin.until_ms for pin in made.pins.values() if pin.until_ms > now_ms]
        self._next_change_ms = min([*changes, *ends], default=float("inf"))
        self._next_look_ms = now_ms + min(self.every, SOON if any(row.again for row in rows) else self.every) * 1000

    async def _remember(self, file: NumbersFile, now_ms: int, rows: list[Row]) -> None:
        await self.desk.store.numbers.keep_look(_look(file, now_ms, rows) | {"every": self.every})

    def _round(self, file: NumbersFile, now_ms: int) -> Round:
        return Round(self.desk, file, Accounts(self.desk, self.ensure), self._token, now_ms)

    async def _wish(self, file: NumbersFile, now_ms: int, asked: Asked) -> list[Row]:
        made = self._round(file, now_ms)
        made.aim, made.by, made.only = _AIMS[asked.wish], asked.by, frozenset(asked.numbers)

        async def progress(done: int, total: int) -> None:
            told = {"state": "working", "wish": asked.wish, "done": done, "total": total}
            await self.desk.store.numbers.tell(asked, told, over=False)

        async with self._tending():
            await progress(0, len(made.only or file.kept))
            return await made.run(progress)

    async def _answer_all(self, file: NumbersFile) -> None:
        for asked in await self.desk.store.numbers.asked():
            now_ms = await self.desk.store.schedules.now_ms()
            if now_ms - asked.at_ms > ASKED_LASTS * 1000:
                await self.desk.store.numbers.withdraw(asked)
                continue
            rows = await self._wish(file, now_ms, asked)
            told = {"state": "done", "wish": asked.wish} | _look(file, now_ms, rows)
            if not asked.numbers:
                await self._remember(file, now_ms, rows)
            else:
                self._next_look_ms = 0
            await self.desk.store.numbers.tell(asked, told, over=True)


def _look(file: NumbersFile, now_ms: int, rows: list[Row]) -> dict[str, object]:
    mode, zone = "shadow" if file.shadow else "live", file.zone.key
    return {"at_ms": now_ms, "file": file.path, "mode": mode, "timezone": zone, "rows": [row.told() for row in rows]}


def _moment(now_ms: int) -> datetime:
    return datetime.fromtimestamp(now_ms / 1000, UTC)


async def keep_for_ever(keeper: Keeper) -> None:
    """Look until cancelled, through any absence of the store."""
    try:
        while True:
            wait = TICK
            try:
                wait = await keeper.look()
            except (RedisError, OSError) as error:
                logger.warning("numbers must wait, the store is away", extra={"error": repr(error)})
            except NotKeeperError:
                logger.warning("another worker keeps numbers now", extra={"worker": keeper.name})
            except Exception:
                logger.exception("keeping numbers failed, it goes on in a while")
                wait = SOON
            await asyncio.sleep(wait)
    finally:
        with suppress(RedisError, OSError):
            await keeper.leave()
