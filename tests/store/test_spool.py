from __future__ import annotations

import asyncio
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from store.client import Store
from store.conversation import Places
from store.event import Report
from store.events import Acceptance
from store.spool import BATCH, Spool, SpoolError
from store.spoolfile import Entries, SpoolFile
from tests.store.builders import an_event

PLENTY = 50_000_000

WRITER = """
import asyncio, sys
from pathlib import Path
from store.spool import Spool
from store.events import Acceptance
from store.event import Event, new_event_id
async def main():
    spool = Spool(Path(sys.argv[1]), 50_000_000)
    for n in range(100000):
        event = Event(id=new_event_id(), kind="message")
        await spool.append([Acceptance(event, b"{}")])
        print(event.id, flush=True)
asyncio.run(main())
"""


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    return Spool(tmp_path / "spool", PLENTY)


async def test_events_come_back_whole_and_in_order(spool: Spool, store: Store) -> None:
    events = [an_event() for _ in range(5)]
    for event in events:
        await spool.append([Acceptance(event, b'{"a": "\xc3\xa9"}', {"user-agent": "x"}, stages={"received": 1.0})])
    assert spool.count() == 5
    assert await spool.drain(store.events.accept) == 5
    assert spool.count() == 0
    stored = await store.events.get(events[0].id)
    assert stored is not None
    assert stored.event.model_dump() == events[0].model_dump()
    assert (stored.body, stored.headers) == (b'{"a": "\xc3\xa9"}', {"user-agent": "x"})
    assert stored.stages["received"] == 1.0 < stored.stages["spooled"] < stored.received_ms + 1
    ids = [name.decode() for name, _ in await store.redis.zrange("hs:events", 0, -1, withscores=True)]
    assert sorted(ids) == sorted(event.id for event in events)


async def test_batches(spool: Spool, store: Store) -> None:
    await spool.append([Acceptance(an_event(), b"{}") for _ in range(BATCH + 3)])
    assert await spool.drain(store.events.accept) == BATCH
    assert await spool.drain(store.events.accept) == 3
    assert await spool.drain(store.events.accept) == 0


async def test_a_caller_who_heard_the_fallback_gets_a_late_answer(spool: Spool, store: Store) -> None:
    event = an_event("tool-calls")
    await spool.append([Acceptance(event, b"{}", lane="live", deadline_in=4.0)])
    await spool.drain(store.events.accept)
    stored = await store.events.get(event.id)
    assert stored is not None
    assert stored.lane == "background"
    assert 0 < stored.deadline_ms - stored.received_ms <= 1


async def test_a_store_that_fails_again_loses_nothing(spool: Spool, store: Store) -> None:
    await spool.append([Acceptance(an_event(), b"{}") for _ in range(4)])
    accepted = 0

    async def twice(acceptance: Acceptance) -> object:
        nonlocal accepted
        if accepted == 2:
            raise ConnectionError
        accepted += 1
        return await store.events.accept(acceptance)

    with pytest.raises(ConnectionError):
        await spool.drain(twice)  # type: ignore[arg-type]
    assert spool.count() == 2
    assert await spool.drain(store.events.accept) == 2
    assert await store.events.count() == 4


async def test_bringing_twice_changes_nothing(spool: Spool, store: Store) -> None:
    acceptance = Acceptance(an_event(), b"{}")
    await store.events.accept(acceptance)
    await spool.append([acceptance])
    await spool.append([acceptance])
    assert spool.count() == 1
    await spool.drain(store.events.accept)
    assert await store.events.count() == 1


async def test_only_one_drains(spool: Spool, tmp_path: Path, store: Store) -> None:
    await spool.append([Acceptance(an_event(), b"{}")])
    other = Spool(tmp_path / "spool", PLENTY)
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def slow(acceptance: Acceptance) -> object:
        reached.set()
        await go_on.wait()
        return await store.events.accept(acceptance)

    first = asyncio.create_task(spool.drain(slow))  # type: ignore[arg-type]
    await reached.wait()
    assert await other.drain(store.events.accept) == 0
    go_on.set()
    assert await first == 1


async def test_a_full_spool_says_so_and_recovers(tmp_path: Path, store: Store) -> None:
    spool = Spool(tmp_path, 60_000)
    body = os.urandom(8_000)
    while spool.count() < 3:
        await spool.append([Acceptance(an_event(), body)])
    with pytest.raises(SpoolError, match="full"):
        await spool.append([Acceptance(an_event(), body) for _ in range(4)])
    kept = spool.count()
    assert kept == 3
    assert await spool.drain(store.events.accept) == kept


async def test_requests_that_arrive_together_share_writes_and_callers_go_first(
    spool: Spool, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    writes: list[int] = []
    write = SpoolFile.write

    def counted(file: SpoolFile, parts: Sequence[Entries]) -> list[bool]:
        writes.append(len(parts))
        return write(file, parts)

    monkeypatch.setattr(SpoolFile, "write", counted)
    events = [an_event() for _ in range(BATCH + 5)]
    caller = an_event("tool-calls")
    await asyncio.gather(*(spool.append([Acceptance(event, b"{}")]) for event in [*events, caller]))
    assert writes == [BATCH, 6]
    await spool.drain(store.events.accept)
    assert await store.events.statuses([caller.id, events[BATCH - 2].id, events[BATCH].id]) == ["queued", "queued", ""]


async def test_who_gave_up_before_the_write_is_not_spooled(spool: Spool) -> None:
    first = asyncio.create_task(spool.append([Acceptance(an_event(), b"{}")]))
    await asyncio.sleep(0)
    late = asyncio.create_task(spool.append([Acceptance(an_event(), b"{}")]))
    await asyncio.sleep(0)
    late.cancel()
    await first
    await asyncio.gather(late, return_exceptions=True)
    await spool.append([Acceptance(an_event(), b"{}")])
    assert spool.count() == 2


async def test_behind_a_disk_that_hangs_nothing_is_kept_of_who_gave_up(
    spool: Spool, monkeypatch: pytest.MonkeyPatch
) -> None:
    stuck, began = threading.Event(), threading.Event()

    def hang(_: SpoolFile, parts: Sequence[Entries]) -> list[bool]:
        began.set()
        stuck.wait(30)
        return [True] * len(parts)

    monkeypatch.setattr(SpoolFile, "write", hang)
    first = asyncio.create_task(spool.append([Acceptance(an_event(), b"{}")]))
    await asyncio.to_thread(began.wait, 30)
    others = [asyncio.create_task(spool.append([Acceptance(an_event(), b"x" * 1000)])) for _ in range(50)]
    await asyncio.sleep(0)
    assert spool.waiting == 50
    for other in others:
        other.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    assert spool.waiting == 0
    stuck.set()
    await first


async def test_a_lock_that_nobody_waits_for_any_more_is_given_back(
    spool: Spool, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    await spool.append([Acceptance(an_event(), b"{}")])
    slow, began = threading.Event(), threading.Event()
    lock = spool._lock

    def slowly() -> Any:
        began.set()
        slow.wait(30)
        return lock()

    monkeypatch.setattr(spool, "_lock", slowly)
    draining = asyncio.create_task(spool.drain(store.events.accept))
    await asyncio.to_thread(began.wait, 30)
    draining.cancel()
    await asyncio.gather(draining, return_exceptions=True)
    monkeypatch.setattr(spool, "_lock", lock)
    slow.set()
    async with asyncio.timeout(60):
        while spool.count():
            await spool.drain(store.events.accept)


async def test_one_that_does_not_fit_keeps_nobody_else_out(tmp_path: Path) -> None:
    spool = Spool(tmp_path, 60_000)
    bodies = [b"{}", os.urandom(50_000), b"{}"]
    said = await asyncio.gather(
        *(spool.append([Acceptance(an_event(), body)]) for body in bodies), return_exceptions=True
    )
    assert [type(each) for each in said] == [type(None), SpoolError, type(None)]
    assert spool.count() == 2


async def test_an_entry_that_nobody_can_read_holds_up_nothing(
    spool: Spool, store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    events = [an_event() for _ in range(3)]
    await spool.append([Acceptance(event, b"{}") for event in events])
    with sqlite3.connect(spool.path) as db:
        db.execute("UPDATE spooled SET entry = ? WHERE id = ?", (b'{"event": {"no": 1}}', events[1].id))
    db.close()
    assert await spool.drain(store.events.accept) == 3
    assert (spool.count(), spool.unreadable()) == (0, 1)
    assert await store.events.statuses([event.id for event in events]) == ["queued", "", "queued"]
    (line,) = caplog.records
    assert (line.levelname, line.__dict__["event_id"]) == ("CRITICAL", events[1].id)


async def test_somebody_attends_to_it_or_nobody(spool: Spool, tmp_path: Path) -> None:
    doctor = Spool(tmp_path / "spool", 0)
    assert not doctor.is_attended()
    with spool.attended(), Spool(tmp_path / "spool", PLENTY).attended():
        assert doctor.is_attended()
    assert not doctor.is_attended()


def test_a_receiver_that_cannot_spool_says_so_and_runs(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "file").touch()
    with Spool(tmp_path / "file" / "spool", PLENTY).attended(), Spool(tmp_path / "file" / "spool", 0).attended():
        pass
    (line,) = caplog.records
    assert (line.levelname, line.msg) == ("CRITICAL", "nothing can be spooled when the store is away")


async def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SpoolError, match="cannot be used"):
        await Spool(tmp_path / "file" / "spool", PLENTY).append([Acceptance(an_event(), b"{}")])


async def test_a_disk_that_is_full_ends_no_draining(spool: Spool, store: Store) -> None:
    await spool.append([Acceptance(an_event(), os.urandom(20_000))])
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, hard))
    try:
        with pytest.raises(SpoolError):
            await spool.drain(store.events.accept)
        with pytest.raises(SpoolError):
            await spool.append([Acceptance(an_event(), b"{}")])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert await spool.drain(store.events.accept) == 1


async def test_nothing_spooled_is_nothing_to_do(spool: Spool, store: Store) -> None:
    assert await spool.drain(store.events.accept) == 0
    assert spool.count() == 0
    assert not spool.path.exists()


def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    for _ in range(20):
        writer.stdout.readline()
    writer.send_signal(signal.SIGKILL)
    rest = writer.stdout.read().splitlines()
    writer.wait()
    writer.stdout.close()
    assert Spool(tmp_path, PLENTY).count() >= 20 + len([line for line in rest if len(line) == 36])


async def test_a_report_comes_back_with_its_conversation(spool: Spool, store: Store) -> None:
    places = Places(transcript=("said",))
    event = an_event("end-of-call-report", report=Report(summary="short"), conversation=places)
    await spool.append([Acceptance(event, b'{"said": "Hi"}')])
    await spool.drain(store.events.accept)
    stored = await store.events.get(event.id)
    assert stored is not None
    assert stored.event.report == Report(summary="short", transcript="Hi", messages=[])
