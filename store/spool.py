"""The spool: accepted events on local disk for as long as the store is away, brought in order when it is back.

One SQLite file in the data folder, written with a full sync before anything is acknowledged. Several processes may
share the folder; one of them drains at a time. An event keeps its id, so bringing it twice changes nothing.
"""

from __future__ import annotations

import asyncio
import base64
import fcntl
import sqlite3
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from store.event import Event
from store.events import Acceptance, Accepted

BATCH = 100
"""How many events are brought in one go."""
BUSY_TIMEOUT = 2.0
"""Seconds to wait for another process that writes."""

_CREATE = """
CREATE TABLE IF NOT EXISTS spooled (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, entry BLOB NOT NULL)
"""
_SIZE = """
SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size
"""


class SpoolError(Exception):
    """The spool is full or cannot be written: nothing was stored."""


class Spool:
    """The spool of one data folder."""

    def __init__(self, folder: Path, limit: int) -> None:
        self._folder = folder
        self._limit = limit
        """Bytes the file may take."""
        self._writing = asyncio.Lock()

    @property
    def path(self) -> Path:
        """The file."""
        return self._folder / "spool.db"

    async def append(self, acceptances: Sequence[Acceptance]) -> None:
        """Keep events until the store is back; on disk when this returns. Raises SpoolError when they are not."""
        rows = [(acceptance.event.id, _to_entry(acceptance)) for acceptance in acceptances]
        async with self._writing:
            await asyncio.to_thread(self._write, rows)

    async def drain(self, accept: Callable[[Acceptance], Awaitable[Accepted]]) -> int:
        """Bring the oldest events to the store, in order; how many. What `accept` raises ends it without loss."""
        if not self.path.exists():
            return 0
        with self._only_one() as ours:
            if not ours:
                return 0
            rows = await asyncio.to_thread(self._oldest)
            brought = 0
            try:
                for _, entry in rows:
                    await accept(_from_entry(entry))
                    brought += 1
            finally:
                await asyncio.to_thread(self._remove, [seq for seq, _ in rows[:brought]])
            return brought

    def count(self) -> int:
        """How many events wait here."""
        if not self.path.exists():
            return 0
        with self._open() as db:
            return int(db.execute("SELECT count(*) FROM spooled").fetchone()[0])

    def _write(self, rows: Sequence[tuple[str, bytes]]) -> None:
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with self._open() as db, db:
                size = db.execute(_SIZE).fetchone()[0]
                if size + sum(len(entry) for _, entry in rows) > self._limit:
                    raise SpoolError(f"the spool is full: it may take {self._limit} bytes")
                db.executemany("INSERT OR IGNORE INTO spooled (id, entry) VALUES (?, ?)", rows)
        except (OSError, sqlite3.Error) as error:
            raise SpoolError(f"the spool cannot be written: {error}") from error

    def _oldest(self) -> list[tuple[int, bytes]]:
        with self._open() as db:
            return list(db.execute("SELECT seq, entry FROM spooled ORDER BY seq LIMIT ?", (BATCH,)))

    def _remove(self, seqs: Sequence[int]) -> None:
        with self._open() as db, db:
            db.executemany("DELETE FROM spooled WHERE seq = ?", [(seq,) for seq in seqs])

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        db = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT)
        try:
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute(_CREATE)
            yield db
        finally:
            db.close()

    @contextmanager
    def _only_one(self) -> Iterator[bool]:
        """Whether this process may drain now; the kernel gives the place free when it dies."""
        with (self._folder / "spool.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield False
            else:
                yield True


def _to_entry(acceptance: Acceptance) -> bytes:
    return orjson.dumps(
        {
            "event": orjson.loads(acceptance.event.model_dump_json(exclude_defaults=True, exclude={"raw"})),
            "body": base64.b64encode(acceptance.body).decode(),
            "headers": dict(acceptance.headers),
            "lane": acceptance.lane,
            "deadline_in": acceptance.deadline_in,
            "stages": dict(acceptance.stages),
        }
    )


def _from_entry(entry: bytes) -> Acceptance:
    """The event again; its caller has heard the fallback by now, so whatever a rule answers is late."""
    record: dict[str, Any] = orjson.loads(entry)
    return Acceptance(
        event=Event.model_validate(record["event"]),
        body=base64.b64decode(record["body"]),
        headers=record["headers"],
        lane="background",
        deadline_in=0.001 if record["deadline_in"] else 0.0,
        stages=record["stages"],
    )
