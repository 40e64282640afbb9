"""Which number points where, as it is kept: how each was left, pins, what people asked, what was seen and done.

One worker at a time is the keeper, under a lease with a fencing token; it alone writes how numbers were left. Pins and
wishes are people's. All moments are Unix milliseconds on the store's clock.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import orjson
from redis.asyncio import Redis

from store import keys
from store.scripting import run

MOST_PAST = 2_000
"""How many entries of the past are kept."""
TOLD_LASTS = 3600.0
"""Seconds for which an answer is kept for who asked."""
ASKED_LASTS = 300.0
"""Seconds after which a wish that nobody has begun is dropped: who asked has gone."""

Wish = Literal["look", "apply", "adopt"]


class NotKeeperError(Exception):
    """Another worker keeps numbers now."""


@dataclass(frozen=True)
class Term:
    """Being the keeper for a while."""

    token: int
    """0 when another worker is it."""
    now_ms: int
    asked: int
    """How many wishes wait."""


@dataclass(frozen=True)
class Pin:
    """A number that is left alone."""

    by: str
    why: str
    since_ms: int
    until_ms: int = 0
    """0 for until it is taken away."""

    def holds(self, now_ms: int) -> bool:
        """Whether it still counts."""
        return not self.until_ms or now_ms < self.until_ms

    @property
    def text(self) -> str:
        """For people."""
        return f"by {self.by}: {self.why}" if self.why else f"by {self.by}"


@dataclass(frozen=True)
class Asked:
    """What somebody wants of the keeper."""

    wish: Wish
    by: str
    at_ms: int
    numbers: tuple[str, ...] = ()
    """Ids (`connection/number`); empty for all."""
    id: str = field(default_factory=lambda: secrets.token_hex(8))


class Numbers:
    """What is remembered of the numbers that are kept."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def tend(self, worker: str, seconds: float) -> Term:
        """Be the keeper for so long, or go on being it."""
        return Term(*map(int, await run(self._redis, "tend", worker, round(seconds * 1000))))

    async def leave(self, worker: str) -> None:
        """Let another worker be the keeper at once."""
        if await self.keeper() == worker:
            await self._redis.delete(keys.NUMBERS_KEEPER)

    async def keeper(self) -> str:
        """The worker that keeps numbers; empty when none does."""
        found = await self._redis.hget(keys.NUMBERS_KEEPER, "owner")  # type: ignore[misc]
        return found.decode() if found else ""

    async def known(self) -> dict[str, dict[str, Any]]:
        """How each number was left, by its id."""
        found: dict[bytes, bytes] = await self._redis.hgetall(keys.NUMBERS)  # type: ignore[misc]
        return {id_.decode(): orjson.loads(told) for id_, told in found.items()}

    async def note(
        self, token: int, known: Mapping[str, Mapping[str, Any] | None], past: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        """Write down how numbers were left (None forgets one), and what was done. Raises NotKeeperError."""
        lines = [orjson.dumps(each) for each in past]
        flat = [part for id_, told in known.items() for part in (id_, b"" if told is None else orjson.dumps(told))]
        if not await run(self._redis, "note", token, MOST_PAST, len(lines), *lines, *flat):
            raise NotKeeperError

    async def past(self, count: int) -> list[dict[str, Any]]:
        """What was done and noticed, newest first."""
        found = await self._redis.lrange(keys.NUMBERS_PAST, 0, count - 1)  # type: ignore[misc]
        return [orjson.loads(each) for each in found]

    async def pins(self) -> dict[str, Pin]:
        """Every pin, by the id of its number, those included whose time is over."""
        found: dict[bytes, bytes] = await self._redis.hgetall(keys.NUMBERS_PINS)  # type: ignore[misc]
        return {id_.decode(): Pin(**orjson.loads(told)) for id_, told in sorted(found.items())}

    async def pin(self, id_: str, pin: Pin) -> None:
        """Leave a number alone."""
        await self._redis.hset(keys.NUMBERS_PINS, id_, orjson.dumps(asdict(pin)))  # type: ignore[misc, arg-type]

    async def unpin(self, id_: str) -> bool:
        """Take a pin away; False when there was none."""
        return bool(await self._redis.hdel(keys.NUMBERS_PINS, id_))  # type: ignore[misc]

    async def ask(self, asked: Asked) -> None:
        """Want something of the keeper."""
        await self._redis.hset(keys.NUMBERS_ASKED, asked.id, orjson.dumps(asdict(asked)))  # type: ignore[misc, arg-type]

    async def asked(self) -> list[Asked]:
        """What is wanted, oldest first."""
        found: list[bytes] = await self._redis.hvals(keys.NUMBERS_ASKED)  # type: ignore[misc]
        wishes = [Asked(**(orjson.loads(told) | {"numbers": tuple(orjson.loads(told)["numbers"])})) for told in found]
        return sorted(wishes, key=lambda asked: asked.at_ms)

    async def withdraw(self, asked: Asked) -> None:
        """Nobody waits for it any more."""
        await self._redis.hdel(keys.NUMBERS_ASKED, asked.id)  # type: ignore[misc]

    async def tell(self, asked: Asked, told: Mapping[str, Any], *, over: bool) -> None:
        """How far a wish has come, or with `over` what became of it."""
        async with self._redis.pipeline(transaction=True) as pipeline:
            pipeline.set(keys.NUMBERS_TOLD + asked.id, orjson.dumps(told), px=round(TOLD_LASTS * 1000))
            if over:
                pipeline.hdel(keys.NUMBERS_ASKED, asked.id)
            await pipeline.execute()

    async def told(self, asked_id: str) -> dict[str, Any] | None:
        """What was told last of a wish; None when nobody has begun, or it is long over."""
        found = await self._redis.get(keys.NUMBERS_TOLD + asked_id)
        return orjson.loads(found) if found else None

    async def keep_look(self, look: Mapping[str, Any]) -> None:
        """Remember what a look found."""
        await self._redis.set(keys.NUMBERS_LOOK, orjson.dumps(look))

    async def look(self) -> dict[str, Any] | None:
        """What the last look found; None when there was none."""
        found = await self._redis.get(keys.NUMBERS_LOOK)
        return orjson.loads(found) if found else None

    async def keep_file(self, document: bytes) -> None:
        """Remember the file that is in force."""
        await self._redis.set(keys.NUMBERS_FILE, document)

    async def forget_file(self) -> None:
        """There is none any more."""
        await self._redis.delete(keys.NUMBERS_FILE, keys.NUMBERS_LOOK)

    async def file(self) -> bytes | None:
        """The last good file."""
        found: bytes | None = await self._redis.get(keys.NUMBERS_FILE)
        return found
