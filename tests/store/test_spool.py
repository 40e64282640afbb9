from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from store.client import Store
from store.events import Acceptance
from store.spool import BATCH, Spool, SpoolError
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
    assert (stored.body, stored.headers, stored.stages) == (
        b'{"a": "\xc3\xa9"}',
        {"user-agent": "x"},
        {"received": 1.0},
    )
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


async def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(SpoolError, match="cannot be written"):
        await Spool(tmp_path / "file" / "spool", PLENTY).append([Acceptance(an_event(), b"{}")])


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
