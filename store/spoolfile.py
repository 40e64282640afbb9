"""The spool's file: SQLite, written with a full sync, shared by the processes of one data folder."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

BUSY_TIMEOUT = 2.0
"""Seconds to wait for another process that writes."""

_CREATE = """
CREATE TABLE IF NOT EXISTS spooled (seq INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, entry BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS unreadable (seq INTEGER PRIMARY KEY, id TEXT, entry BLOB NOT NULL, why TEXT NOT NULL);
"""
_SIZE = """
SELECT (page_count - freelist_count) * page_size FROM pragma_page_count, pragma_freelist_count, pragma_page_size
"""

_BEHIND = {
    "spooled": "SELECT seq, id, entry FROM spooled WHERE seq > ? ORDER BY seq LIMIT ?",
    "unreadable": "SELECT seq, id, entry FROM unreadable WHERE seq > ? ORDER BY seq LIMIT ?",
}
_WIPE = {"spooled": "DELETE FROM spooled WHERE seq = ?", "unreadable": "DELETE FROM unreadable WHERE seq = ?"}


class SpoolError(Exception):
    """The spool is full or cannot be used: nothing was stored."""


@dataclass(frozen=True)
class Row:
    """One spooled event."""

    seq: int
    event_id: str
    entry: bytes


Entries = Sequence[tuple[str, bytes]]
"""Event ids and entries that belong together: all of them are written, or none."""


class SpoolFile:
    """What is done with the file. Every error is a SpoolError."""

    def __init__(self, path: Path, limit: int) -> None:
        self.path = path
        self._limit = limit
        """Bytes the file may take."""

    def write(self, parts: Sequence[Entries]) -> list[bool]:
        """Append what there is room for, in one transaction; for each part whether there was."""
        with self._open() as db, db:
            room = self._limit - int(db.execute(_SIZE).fetchone()[0])
            written = []
            for part in parts:
                size = sum(len(entry) for _, entry in part)
                written.append(size <= room)
                if size <= room:
                    db.executemany("INSERT OR IGNORE INTO spooled (id, entry) VALUES (?, ?)", part)
                    room -= size
            return written

    def oldest(self, count: int) -> list[Row]:
        """The first ones, in the order in which they came."""
        with self._open() as db:
            return [
                Row(*row) for row in db.execute("SELECT seq, id, entry FROM spooled ORDER BY seq LIMIT ?", (count,))
            ]

    def remove(self, rows: Sequence[Row]) -> None:
        """Forget what is stored elsewhere now."""
        with self._open() as db, db:
            db.executemany("DELETE FROM spooled WHERE seq = ?", [(row.seq,) for row in rows])

    def set_aside(self, row: Row, why: str) -> None:
        """Keep what cannot be read where it holds up nothing."""
        with self._open() as db, db:
            db.execute("INSERT OR REPLACE INTO unreadable VALUES (?, ?, ?, ?)", (row.seq, row.event_id, row.entry, why))
            db.execute("DELETE FROM spooled WHERE seq = ?", (row.seq,))

    def counts(self) -> tuple[int, int]:
        """How many wait, and how many were set aside."""
        if not self.path.exists():
            return 0, 0
        with self._open() as db:
            row = db.execute("SELECT (SELECT count(*) FROM spooled), (SELECT count(*) FROM unreadable)").fetchone()
            return int(row[0]), int(row[1])

    def room(self) -> int:
        """Bytes that can still be written: of the limit, and of the disk."""
        with self._open() as db:
            return min(self._limit - int(db.execute(_SIZE).fetchone()[0]), shutil.disk_usage(self.path.parent).free)

    def all(self, after: tuple[int, int] = (-1, -1), count: int = 100) -> list[tuple[str, Row]]:
        """Entries of both tables (`spooled` and `unreadable`), so many of each behind the last ones that were read."""
        if not self.path.exists():
            return []
        with self._open() as db:
            return [
                (table, Row(*row))
                for table, last in zip(("spooled", "unreadable"), after, strict=True)
                for row in db.execute(_BEHIND[table], (last, count))
            ]

    def wipe(self, rows: Sequence[tuple[str, Row]]) -> None:
        """Remove entries so that nothing of them, nor of any that went before, stays in the file."""
        with self._open() as db:
            db.execute("PRAGMA secure_delete = ON")
            with db:
                for table, row in rows:
                    db.execute(_WIPE[table], (row.seq,))
            db.execute("VACUUM")
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            db = sqlite3.connect(self.path, timeout=BUSY_TIMEOUT)
            try:
                db.execute("PRAGMA journal_mode = WAL")
                db.execute("PRAGMA synchronous = FULL")
                db.executescript(_CREATE)
                yield db
            finally:
                db.close()
        except (OSError, sqlite3.Error) as error:
            raise SpoolError(f"the spool cannot be used: {error}") from error
