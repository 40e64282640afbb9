from __future__ import annotations

import fcntl
from pathlib import Path
from typing import Any

import orjson
import pytest

from store import spoolsearch
from store.caller import Caller
from store.event import Call, Event
from store.events import Acceptance
from store.spool import Spool
from store.spoolfile import Row, SpoolError, SpoolFile
from store.spoolsearch import entries, spool_files, wipe
from tests.store.builders import an_event

ADA = Caller("31", "612340001")
OTHER = "+31687650002"


async def keep(folder: Path, call: Call, body: dict[str, Any]) -> Event:
    event = an_event(call=call)
    await Spool(folder, 10_000_000).append([Acceptance(event, orjson.dumps(body))])
    return event


async def test_entries_of_the_caller_their_calls_and_those_that_mention_them(tmp_path: Path) -> None:
    theirs = await keep(tmp_path, Call(id="a", from_="+31612340001"), {})
    sibling = await keep(tmp_path, Call(id="a"), {"status": "ended"})
    mention = await keep(tmp_path, Call(id="b", from_=OTHER), {"said": "call 06-12340001"})
    other = await keep(tmp_path, Call(id="b", from_=OTHER), {})
    (path,) = spool_files(tmp_path)
    found = list(entries(path, ADA))
    assert [spooled.row.event_id for spooled in found] == [theirs.id, sibling.id, mention.id]
    assert "06-12340001" in found[2].record["body"]
    assert wipe(path, ADA) == 3
    assert [row.event_id for _, row in SpoolFile(path, 0).all()] == [other.id]
    assert wipe(path, ADA) == 0


async def test_the_bytes_are_gone_also_of_what_was_brought_before(tmp_path: Path) -> None:
    for _ in range(20):
        await keep(tmp_path, Call(id="a", from_="+31612340001", to=OTHER), {"pad": "x" * 9000})
    await keep(tmp_path, Call(id="b", from_=OTHER), {})
    file = SpoolFile(tmp_path / "spool.db", 10_000_000)
    file.remove(file.oldest(10))
    assert wipe(file.path, ADA) == 10
    assert b"612340001" not in b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert file.counts() == (1, 0)
    assert file.path.stat().st_size < 60_000


async def test_what_nobody_can_read_is_searched_too(tmp_path: Path) -> None:
    await keep(tmp_path, Call(id="a"), {})
    file = SpoolFile(tmp_path / "spool.db", 10_000_000)
    file.set_aside(Row(99, "evt_x", b"garbage 0612340001"), "ValueError")
    (found,) = entries(file.path, ADA)
    assert (found.table, found.record) == ("unreadable", {"id": "evt_x", "unreadable": "garbage 0612340001"})
    assert wipe(file.path, ADA) == 1
    assert file.counts() == (1, 0)


async def test_a_receiver_that_brings_events_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    await keep(tmp_path, Call(id="a", from_="+31612340001"), {})
    monkeypatch.setattr(spoolsearch, "PATIENCE", 0.0)
    with (tmp_path / "spool.lock").open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(SpoolError, match="try again"):
            wipe(tmp_path / "spool.db", ADA)
    assert wipe(tmp_path / "spool.db", ADA) == 1


def test_no_folder_has_no_spool(tmp_path: Path) -> None:
    assert spool_files(tmp_path / "nowhere") == []
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "spool.db").touch()
    assert spool_files(tmp_path) == [tmp_path / "deep" / "spool.db"]
