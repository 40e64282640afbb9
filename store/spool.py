"""The spool: accepted events on local disk for as long as the store is away, brought in order when it is back.

One SQLite file in the data folder, written with a full sync before anything is acknowledged. Several processes may
share the folder; one of them drains at a time. An event keeps its id, so bringing it twice changes nothing.
"""

from __future__ import annotations

import asyncio
import base64
import fcntl
import logging
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import orjson

from store.event import Event
from store.events import Acceptance, Accepted
from store.request import Request, payload_of
from store.spoolfile import Entries, Row, SpoolError, SpoolFile

__all__ = ["BATCH", "Spool", "SpoolError"]

logger = logging.getLogger(__name__)

BATCH = 100
"""How many events are brought in one go, and how many requests share one write."""

ROOM_FOR_ONE = 4_000_000
"""Bytes: more than the largest body becomes with all that is kept beside it."""

_Waiting = deque[tuple[Entries, asyncio.Future[None]]]


class Spool:
    """The spool of one data folder."""

    def __init__(self, folder: Path, limit: int) -> None:
        """`limit` is how many bytes the file may take."""
        self._folder = folder
        self._limit = limit
        self._file = SpoolFile(folder / "spool.db", limit)
        self._awaited: _Waiting = deque()
        self._others: _Waiting = deque()
        self._writer: asyncio.Task[None] | None = None

    @property
    def path(self) -> Path:
        """The file."""
        return self._file.path

    async def append(self, acceptances: Sequence[Acceptance]) -> None:
        """Keep events until the store is back; on disk when this returns. Raises SpoolError when they are not.

        Requests that arrive together share one write, those that somebody waits for first.
        """
        entries = [(acceptance.event.id, _to_entry(acceptance)) for acceptance in acceptances]
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        awaited = any(acceptance.event.waits for acceptance in acceptances)
        queue = self._awaited if awaited else self._others
        queue.append((entries, done))
        if self._writer is None:
            self._writer = asyncio.create_task(self._write_all())
        try:
            await done
        except asyncio.CancelledError:
            _leave(queue, done)
            raise

    async def drain(self, accept: Callable[[Acceptance], Awaitable[Accepted]]) -> int:
        """Bring the oldest events to the store, in order; how many. What `accept` raises ends it without loss.

        Only threads touch the disk: one that hangs keeps nobody else.
        """
        lock = await _Taking(self._lock).taken()
        if lock is None:
            return 0
        with lock:
            rows = await asyncio.to_thread(self._file.oldest, BATCH)
            through = 0
            try:
                for row in rows:
                    await self._bring(row, accept)
                    through += 1
            finally:
                await asyncio.to_thread(self._file.remove, rows[:through])
            return through

    @property
    def waiting(self) -> int:
        """How many requests wait for the disk."""
        return len(self._awaited) + len(self._others)

    def count(self) -> int:
        """How many events wait here. Raises SpoolError."""
        return self._file.counts()[0]

    def unreadable(self) -> int:
        """How many entries were set aside because nobody can read them. Raises SpoolError."""
        return self._file.counts()[1]

    def has_room(self) -> bool:
        """Whether the next event finds its place; asks the disk."""
        try:
            return self._file.room() > ROOM_FOR_ONE
        except SpoolError:
            return False

    @contextmanager
    def attended(self) -> Iterator[None]:
        """For as long as this process drains the spool. Says so loudly when nothing could be spooled."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            lock = (self._folder / "receivers.lock").open("a")
        except OSError as error:
            if self._limit:
                logger.critical("nothing can be spooled when the store is away", extra={"error": str(error)})
            yield
            return
        with lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            yield

    def is_attended(self) -> bool:
        """Whether any process drains this spool. Raises OSError."""
        path = self._folder / "receivers.lock"
        return path.exists() and not _free(path)

    async def _write_all(self) -> None:
        try:
            while group := self._next_group():
                await self._write(group)
        finally:
            self._writer = None

    async def _write(self, group: Sequence[tuple[Entries, asyncio.Future[None]]]) -> None:
        try:
            written = await asyncio.to_thread(self._file.write, [entries for entries, _ in group])
        except SpoolError as error:
            for _, done in group:
                _fail(done, str(error))
            return
        for (_, done), there_was_room in zip(group, written, strict=True):
            if not there_was_room:
                _fail(done, f"the spool is full: it may take {self._limit} bytes")
            elif not done.done():
                done.set_result(None)

    def _next_group(self) -> list[tuple[Entries, asyncio.Future[None]]]:
        """Those that somebody waits for, then the oldest; who gives up is not among them any more."""
        group: list[tuple[Entries, asyncio.Future[None]]] = []
        while len(group) < BATCH and (queue := self._awaited or self._others):
            entries, done = queue.popleft()
            if not done.done():
                group.append((entries, done))
        return group

    async def _bring(self, row: Row, accept: Callable[[Acceptance], Awaitable[Accepted]]) -> None:
        try:
            acceptance = _from_entry(row.entry)
        except (ValueError, KeyError, TypeError) as error:
            logger.critical("a spooled event cannot be read", extra={"event_id": row.event_id, "error": repr(error)})
            await asyncio.to_thread(self._file.set_aside, row, type(error).__name__)
        else:
            await accept(acceptance)

    def _lock(self) -> TextIOWrapper | None:
        """Held by the only process that drains; None when there is nothing to drain or another one is at it. The kernel
        gives the place free when its holder dies."""
        if not self.path.exists():
            return None
        lock = (self._folder / "spool.lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            return None
        return lock


class _Taking:
    """A lock that a thread takes; given back as soon as it is had when nobody waits for it any more."""

    def __init__(self, take: Callable[[], TextIOWrapper | None]) -> None:
        self._take = take
        self._guard = threading.Lock()
        self._wanted = True
        self._lock: TextIOWrapper | None = None

    async def taken(self) -> TextIOWrapper | None:
        """The lock. The thread goes on when this is cancelled, even after the end of the event loop."""
        try:
            await asyncio.to_thread(self._in_thread)
        except asyncio.CancelledError:
            self._give_up()
            raise
        return self._lock

    def _in_thread(self) -> None:
        lock = self._take()
        with self._guard:
            self._lock = lock
        if not self._wanted:
            self._give_up()

    def _give_up(self) -> None:
        with self._guard:
            self._wanted = False
            if self._lock:
                self._lock.close()


def _leave(queue: _Waiting, done: asyncio.Future[None]) -> None:
    """Nobody waits for it any more: behind a disk that hangs, what was given up would take all the memory."""
    for index, (_, each) in enumerate(queue):
        if each is done:
            del queue[index]
            return


def _free(path: Path) -> bool:
    """Whether nobody holds a lock on a file."""
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


def _fail(done: asyncio.Future[None], why: str) -> None:
    if not done.done():
        done.set_exception(SpoolError(why))


def _to_entry(acceptance: Acceptance) -> bytes:
    return orjson.dumps(
        {
            "event": orjson.Fragment(acceptance.written_event()),
            "body": base64.b64encode(acceptance.body).decode(),
            "headers": dict(acceptance.headers),
            "lane": acceptance.lane,
            "deadline_in": acceptance.deadline_in,
            "stages": {**acceptance.stages, "spooled": time.time() * 1000},
            "request": acceptance.request.to_json().decode(),
            "traceparent": acceptance.traceparent,
        }
    )


def _from_entry(entry: bytes) -> Acceptance:
    """The event again; its caller has heard the fallback by now, so whatever a rule answers is late."""
    record: dict[str, Any] = orjson.loads(entry)
    event, body, headers = Event.model_validate(record["event"]), base64.b64decode(record["body"]), record["headers"]
    request = Request.from_json(record["request"].encode())
    event.raw = payload_of(body, headers, request)
    return Acceptance(
        event=event.whole(),
        body=body,
        headers=headers,
        lane="background",
        deadline_in=0.001 if record["deadline_in"] else 0.0,
        stages=record["stages"],
        request=request,
        traceparent=record.get("traceparent", ""),
    )
