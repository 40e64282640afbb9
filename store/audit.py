"""The audit trail: what people did, in the order they did it. Nothing here is ever changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from redis.asyncio import Redis

from store import keys

MOST = 100_000
"""About how many entries are kept; the oldest go first."""


@dataclass(frozen=True)
class Deed:
    """One thing somebody did."""

    by: str
    did: str
    """A verb and its object, such as `pause rule:ask_email`."""
    told: Mapping[str, Any] = field(default_factory=dict)
    """What belongs to it: reasons, how many, which. Never a secret, never a phone number in full."""
    at_ms: int = 0
    """Unix milliseconds on the store's clock; set when it is noted."""
    id: str = ""


class Audit:
    """What people did."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def note(self, deed: Deed) -> None:
        """Write it down, for good."""
        fields = {"by": deed.by, "did": deed.did, "told": orjson.dumps(dict(deed.told))}
        await self._redis.xadd(keys.AUDIT, fields, maxlen=MOST)  # type: ignore[arg-type]

    async def newest(self, count: int, *, before: str = "+") -> list[Deed]:
        """The latest deeds, newest first; `before` is the id of one, to go on behind it."""
        since = f"({before}" if before != "+" else before
        return [_deed(id_, fields) for id_, fields in await self._redis.xrevrange(keys.AUDIT, since, "-", count)]


def _deed(id_: bytes, fields: Mapping[bytes, bytes]) -> Deed:
    at_ms = int(id_.partition(b"-")[0])
    return Deed(fields[b"by"].decode(), fields[b"did"].decode(), orjson.loads(fields[b"told"]), at_ms, id_.decode())
