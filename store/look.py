"""Looks back over the events, newest first, for people: a bounded part at a time, and no body is read for a list."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import orjson
from redis.asyncio import Redis

from store import keys
from store.calls import call_name
from store.event import Event
from store.events import unpack
from store.scripting import run

STEP = 300
"""Events that one script looks at."""
ROOM = 150_000
"""About how many bytes it looks at: with either it ends after some milliseconds, since others wait for the store."""
MOST_LOOKED_AT = 50_000
"""Events looked at for one page."""
LONGEST = 0.5
"""Seconds spent on one page."""
_CURSOR = re.compile(r"(\d{1,15})-(\d{1,6})")


@dataclass(frozen=True)
class Wanted:
    """Which events are meant; what is empty may be anything."""

    connection: str = ""
    kind: str = ""
    status: str = ""
    call: str = ""
    """The platform's id of a call."""
    number: str = ""
    """A phone number of the call, in any notation, or its last digits."""
    rule: str = ""
    """A rule that did more than pass: it ran, failed, was held or paused, or is in shadow."""
    outcome: str = ""
    """What became of that rule, or of any."""
    text: str = ""
    """Words that stand in what the platform sent; upper and lower case are alike in Latin letters."""
    since_ms: int = 0
    until_ms: int = 0
    """0: until now."""

    @property
    def digits(self) -> str:
        """The end of the number, as it is told in every notation."""
        return re.sub(r"\D", "", self.number).removeprefix("00").lstrip("0")[-8:]

    def to_json(self) -> bytes:
        """As the script takes it."""
        plain = {name: getattr(self, name) for name in ("connection", "kind", "status", "call", "rule", "outcome")}
        told = plain | {"digits": self.digits, "text": _ascii_lower(self.text)}
        return orjson.dumps({name: value for name, value in told.items() if value})


@dataclass(frozen=True)
class Row:
    """One event as a list shows it."""

    id: str
    received_ms: int
    status: str
    done_ms: int
    """0 while it is not done."""
    kept: bytes
    rules: Sequence[tuple[str, str]]
    """Each rule that did more than pass, with its outcome; once a tool call."""

    @cached_property
    def event(self) -> Event:
        """The normalised event, without its payload."""
        return Event.model_validate_json(self.kept)

    @property
    def ms(self) -> int | None:
        """How long it took; None while it is not done."""
        return self.done_ms - self.received_ms if self.done_ms else None


@dataclass(frozen=True)
class View:
    """What one look found."""

    rows: Sequence[Row]
    next: str
    """To go on behind it; empty when there is nothing older."""
    looked_at: int
    back_to_ms: int
    """How far back it went; 0 when there was nothing to look at."""


async def look(
    redis: Redis, wanted: Wanted, count: int, cursor: str = "", *, most: int = MOST_LOOKED_AT, longest: float = LONGEST
) -> View:
    """The newest events that are wanted, at most `count`.

    Fewer where more than `most` had to be looked at for them, or where that took more than `longest` seconds.
    """
    loop = asyncio.get_running_loop()
    until, asked, index = loop.time() + longest, wanted.to_json(), await _index(redis, wanted)
    moment, passed = _start(wanted, cursor)
    rows: list[Row] = []
    looked, back = 0, 0
    while True:
        arguments = (moment, wanted.since_ms, passed, STEP, count - len(rows), asked, index, ROOM)
        next_, skip, seen, last, found = await run(redis, "look", *arguments)
        moment, passed = next_.decode(), int(skip)
        rows += _fitting(found, wanted)
        looked, back = looked + int(seen), int(last or back)
        if not moment or len(rows) >= count or looked >= most or loop.time() > until:
            return View(rows, f"{moment}-{passed}" if moment else "", looked, back)


async def older(redis: Redis, wanted: Wanted, view: View) -> int:
    """How many events come into question that have not been looked at, those of the last moment aside."""
    if not view.next:
        return 0
    return int(await redis.zcount(await _index(redis, wanted), wanted.since_ms, f"({view.back_to_ms}"))


async def _index(redis: Redis, wanted: Wanted) -> str:
    """The shortest list that has all that is wanted: a call's own where only one connection knows a call by that id."""
    if not wanted.call:
        return keys.EVENTS
    if wanted.connection:
        return keys.CALL + call_name(wanted.connection, wanted.call)
    pattern = "*:" + re.sub(r"([\\*?\[\]^])", r"\\\1", wanted.call)
    found = {name.decode("utf-8", "replace") async for name, _ in redis.zscan_iter(keys.CALLS, pattern, count=4000)}
    return keys.EVENTS if len(found) > 1 else keys.CALL + "".join(found)


def _start(wanted: Wanted, cursor: str) -> tuple[str, int]:
    found = _CURSOR.fullmatch(cursor)
    if found:
        return found[1], int(found[2])
    return str(wanted.until_ms) if wanted.until_ms else "+inf", 0


def _fitting(found: Sequence[Sequence[Any]], wanted: Wanted) -> Iterator[Row]:
    for row in found:
        read = _row(row)
        if wanted.number and not _has_number(read, wanted):
            continue
        if row[5] and _ascii_lower(wanted.text).encode() not in unpack(row[5]).lower():
            continue
        yield read


def _row(row: Sequence[Any]) -> Row:
    told = [word.decode() for word in row[6]]
    rules = tuple(dict.fromkeys(zip(told[::2], told[1::2], strict=True)))
    return Row(row[0].decode(), int(row[1]), row[2].decode(), int(row[3] or 0), row[4], rules)


def _has_number(row: Row, wanted: Wanted) -> bool:
    """Of the call itself, not just somewhere in what was said."""
    call = row.event.call
    return any(re.sub(r"\D", "", number).endswith(wanted.digits) for number in (call.from_, call.to))


def _ascii_lower(text: str) -> str:
    """As the store itself compares: it knows bytes, not letters."""
    return text.encode("utf-8", "replace").lower().decode("utf-8", "replace")


async def rows_of(redis: Redis, event_ids: Sequence[str]) -> list[Row]:
    """These events as a list shows them, without what rules did; those that are gone are left out."""
    async with redis.pipeline(transaction=False) as pipeline:
        for event_id in event_ids:
            pipeline.hmget(keys.EVENT + event_id, ["received", "status", "done_at", "event"])
        found = await pipeline.execute()
    return [
        Row(event_id, int(received), status.decode(), int(done or 0), event, ())
        for event_id, (received, status, done, event) in zip(event_ids, found, strict=True)
        if received
    ]
