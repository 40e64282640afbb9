from __future__ import annotations

import resource
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest

from store.spoolfile import SpoolError, SpoolFile

PLENTY = 50_000_000


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """As if the disk were full: a real refusal of the kernel."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_what_is_written_is_read_in_order_and_removed(tmp_path: Path) -> None:
    file = SpoolFile(tmp_path / "deep" / "spool.db", PLENTY)
    assert file.counts() == (0, 0)
    assert file.write([[("e1", b"1"), ("e2", b"2")], [("e3", b"3")]]) == [True, True]
    rows = file.oldest(2)
    assert [(row.event_id, row.entry) for row in rows] == [("e1", b"1"), ("e2", b"2")]
    file.remove(rows)
    assert [row.event_id for row in file.oldest(9)] == ["e3"]
    assert file.counts() == (1, 0)


def test_each_part_is_written_wholly_or_not_at_all(tmp_path: Path) -> None:
    file = SpoolFile(tmp_path / "spool.db", 60_000)
    big = b"x" * 20_000
    parts = [[("a", big)], [("b1", big), ("b2", big)], [("c", b"small")]]
    assert file.write(parts) == [True, False, True]
    assert [row.event_id for row in file.oldest(9)] == ["a", "c"]


def test_what_cannot_be_read_is_kept_aside(tmp_path: Path) -> None:
    file = SpoolFile(tmp_path / "spool.db", PLENTY)
    file.write([[("bad", b"?"), ("good", b"!")]])
    file.set_aside(file.oldest(1)[0], "ValueError")
    assert file.counts() == (1, 1)
    assert [row.event_id for row in file.oldest(9)] == ["good"]


def test_a_disk_without_room_is_an_error_and_room_ends_it(tmp_path: Path) -> None:
    file = SpoolFile(tmp_path / "spool.db", PLENTY)
    file.write([[("before", b"x")]])
    with files_of_at_most(100_000):
        with pytest.raises(SpoolError, match="cannot be used"):
            file.write([[(f"e{n}", b"x" * 10_000) for n in range(30)]])
        assert [row.event_id for row in file.oldest(99)] == ["before"]
    assert file.write([[("after", b"x" * 200_000)]]) == [True]
    assert [row.event_id for row in file.oldest(99)] == ["before", "after"]


def test_a_file_that_is_none_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "spool.db"
    path.write_bytes(b"no database" * 1000)
    for act in (lambda: SpoolFile(path, PLENTY).write([[("e", b"1")]]), SpoolFile(path, PLENTY).counts):
        with pytest.raises(SpoolError, match="not a database"):
            act()


def test_everything_is_synced(tmp_path: Path) -> None:
    with SpoolFile(tmp_path / "spool.db", PLENTY)._open() as db:
        assert db.execute("PRAGMA synchronous").fetchone() == (2,)
        assert db.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert isinstance(db, sqlite3.Connection)


def test_room_is_what_the_limit_leaves(tmp_path: Path) -> None:
    file = SpoolFile(tmp_path / "spool.db", PLENTY)
    empty = file.room()
    file.write([[("a", b"x" * 50_000)]])
    assert 45_000 <= empty - file.room() < 70_000
    file.remove(file.oldest(1))
    assert empty - file.room() < 10_000


def test_room_is_what_the_disk_leaves(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("store.spoolfile.shutil.disk_usage", lambda _: SimpleNamespace(free=7))
    assert SpoolFile(tmp_path / "spool.db", PLENTY).room() == 7
