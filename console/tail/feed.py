"""Events as they are done, from the store's feed; what was missed while the store was away is caught up on."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

import orjson
from redis.exceptions import RedisError

from store import keys
from store.client import Store
from store.look import Row, Wanted, look, rows_of
from store.masking import masked

RECONNECT = 0.5
"""Seconds between two tries to reach the store."""
SILENCE = 5.0
"""Seconds after which a silent subscription is looked after."""
MOST_CAUGHT_UP = 500
MARGIN_MS = 600_000
"""How much earlier an event may have come in that was done in the gap."""

Line: TypeAlias = dict[str, Any]


@dataclass(frozen=True)
class Away:
    """The store cannot be reached at the moment."""

    why: str


@dataclass(frozen=True)
class Back:
    """It can again, or for the first time."""


News: TypeAlias = Line | Away | Back


@dataclass(frozen=True)
class Filter:
    """Which events are wanted; what is empty may be anything."""

    connection: str = ""
    kind: str = ""
    rule: str = ""
    outcome: str = ""
    number: str = ""
    """A phone number of the call in any notation, or its last digits."""

    def fits(self, line: Mapping[str, Any]) -> bool:
        """Everything but the number, which a line does not tell."""
        rules = [(rule, outcome) for rule, outcome in line["rules"].items() if self.rule in ("", rule)]
        return (
            self.connection in ("", line["connection"])
            and self.kind in ("", line["kind"])
            and (not self.rule or any(outcome != "not_matched" or self.outcome for _, outcome in rules))
            and (not self.outcome or any(outcome == self.outcome for _, outcome in rules))
        )

    @classmethod
    def parse(cls, text: str) -> Filter:
        """Read `kind:tool-calls rule:greet`; raises ValueError with what may be written."""
        parts = dict(part.partition(":")[::2] for part in text.split())
        unknown = sorted(set(parts) - set(cls.__dataclass_fields__))
        if unknown or not all(parts.values()):
            raise ValueError(f"write {', '.join(f'{name}:…' for name in cls.__dataclass_fields__)}")
        return cls(**parts)

    def __str__(self) -> str:
        return " ".join(f"{name}:{value}" for name, value in self.__dict__.items() if value)


class Feed:
    """One watcher's feed."""

    def __init__(self, store: Store, past: int = 0) -> None:
        """`past` is how many events to begin with."""
        self._store = store
        self._past = past
        self._since_ms = 0
        """The store's time when it was heard of last."""
        self._lag_ms = 0
        """How far the store's clock is ahead of ours."""

    async def news(self) -> AsyncIterator[News]:
        """For ever: lines, and whether the store is there."""
        while True:
            try:
                async with self._store.redis.pubsub() as subscription:
                    await subscription.subscribe(keys.FEED)
                    caught_up = await self._catch_up()
                    yield Back()
                    for line in caught_up:
                        yield line
                    known = {line["event"]: line["rules"] for line in caught_up}
                    while True:
                        message = await subscription.get_message(ignore_subscribe_messages=True, timeout=SILENCE)
                        self._since_ms = round(time.time() * 1000) + self._lag_ms
                        if message is None:
                            continue
                        line = orjson.loads(message["data"])
                        if not _is_told(line, known.pop(line["event"], None)):
                            yield line
            except (RedisError, OSError) as error:
                yield Away(str(error) or type(error).__name__)
                await asyncio.sleep(RECONNECT)

    async def fits_number(self, line: Line, number: str) -> bool:
        """Whether it is a call of this number."""
        wanted = Wanted(number=number).digits
        if not wanted:
            return True
        rows = await rows_of(self._store.redis, [line["event"]])
        calls = [row.event.call for row in rows]
        numbers = ["".join(filter(str.isdigit, number)) for call in calls for number in (call.from_, call.to)]
        return any(number.endswith(wanted) for number in numbers)

    async def _catch_up(self) -> list[Line]:
        """What was done since, oldest first; at the beginning the newest few."""
        now_ms = await self._store.retention.now_ms()
        self._lag_ms = now_ms - round(time.time() * 1000)
        since, self._since_ms = self._since_ms, now_ms
        if not since:
            rows = (await look(self._store.redis, Wanted(), self._past)).rows if self._past else ()
            return [line_of(row) for row in reversed(rows) if row.done_ms]
        view = await look(self._store.redis, Wanted(since_ms=max(0, since - MARGIN_MS)), MOST_CAUGHT_UP)
        missed = [row for row in view.rows if row.done_ms >= since]
        return [line_of(row) for row in sorted(missed, key=lambda row: row.done_ms)]


def _is_told(line: Line, before: Mapping[str, str] | None) -> bool:
    """Whether it was caught up on already."""
    acted = {rule: outcome for rule, outcome in line["rules"].items() if outcome not in ("not_matched", "overtaken")}
    return before is not None and acted.items() <= before.items()


def line_of(row: Row) -> Line:
    """A line as the feed tells it, of an event that is over."""
    event = row.event
    line = {
        "event": event.id,
        "kind": event.kind,
        "connection": event.connection,
        "from": masked(event.call.from_),
        "to": masked(event.call.to),
        "tools": [tool.name for tool in event.tools],
        "rules": dict(row.rules),
        "ms": float(row.ms or 0),
        "done_ms": row.done_ms,
    }
    return line | ({"name": event.name} if event.name else {})
