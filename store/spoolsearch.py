"""One caller's events among those that wait on disk for the store."""

from __future__ import annotations

import base64
import fcntl
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from store.caller import Caller
from store.calls import call_name, thread_of
from store.event import Event
from store.spoolfile import Row, SpoolError, SpoolFile

PATIENCE = 30.0
"""Seconds to wait for a receiver that is bringing events at the moment."""


@dataclass(frozen=True)
class Spooled:
    """One entry of a spool file that is about the caller."""

    file: Path
    table: str
    row: Row

    @property
    def record(self) -> dict[str, Any]:
        """As people read it: with its body as text."""
        try:
            record: dict[str, Any] = orjson.loads(self.row.entry)
            body = base64.b64decode(record["body"]).decode("utf-8", "replace")
        except (ValueError, KeyError, TypeError):
            return {"id": self.row.event_id, "unreadable": self.row.entry.decode("utf-8", "replace")}
        return record | {"body": body, "id": self.row.event_id}


def spool_files(folder: Path) -> list[Path]:
    """Every spool in a data folder."""
    return sorted(folder.rglob("spool.db")) if folder.is_dir() else []


def entries(path: Path, caller: Caller) -> Iterator[Spooled]:
    """Entries that the number stands in, and the others of the caller's calls. Raises SpoolError."""
    calls = {call for _, row in _rows(path) for call in _calls(row.entry, caller)}
    for table, row in _rows(path):
        if _is_told(row.entry, caller, calls):
            yield Spooled(path, table, row)


def wipe(path: Path, caller: Caller) -> int:
    """Remove them and write the file anew, while nobody brings events from it; how many. Raises SpoolError."""
    with _alone(path):
        found = [(spooled.table, spooled.row) for spooled in entries(path, caller)]
        SpoolFile(path, 0).wipe(found)
        return len(found)


def _rows(path: Path) -> Iterator[tuple[str, Row]]:
    file, after = SpoolFile(path, 0), {"spooled": -1, "unreadable": -1}
    while rows := file.all((after["spooled"], after["unreadable"])):
        for table, row in rows:
            after[table] = row.seq
            yield table, row


def _calls(entry: bytes, caller: Caller) -> frozenset[str]:
    """What the call of an entry goes by, where the caller has part in it."""
    event = _event(entry)
    if event is None or not (caller.is_in(event.call.from_) or caller.is_in(event.call.to)):
        return frozenset()
    return _names(event)


def _is_told(entry: bytes, caller: Caller, calls: Collection[str]) -> bool:
    event = _event(entry)
    return caller.is_in(_whole(entry)) or (event is not None and not _names(event).isdisjoint(calls))


def _names(event: Event) -> frozenset[str]:
    names = {call_name(event.connection, name) for name in (event.call.id, thread_of(event))}
    return frozenset(names - {""})


def _event(entry: bytes) -> Event | None:
    try:
        return Event.model_validate(orjson.loads(entry)["event"])
    except (ValueError, KeyError, TypeError):
        return None


def _whole(entry: bytes) -> str:
    """The entry as text, its body in clear."""
    text = entry.decode("utf-8", "replace")
    try:
        return text + base64.b64decode(orjson.loads(entry)["body"]).decode("utf-8", "replace")
    except (ValueError, KeyError, TypeError):
        return text


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    try:
        lock = (path.parent / "spool.lock").open("a")
    except OSError as error:
        raise SpoolError(f"the spool cannot be used: {error}") from error
    with lock:
        deadline = time.monotonic() + PATIENCE
        while not _taken(lock.fileno()):
            if time.monotonic() > deadline:
                raise SpoolError(f"a receiver has been bringing events from {path} for {PATIENCE:.0f} s; try again")
            time.sleep(0.05)
        yield


def _taken(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
