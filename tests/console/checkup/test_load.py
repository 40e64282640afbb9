from __future__ import annotations

import re
from pathlib import Path

from console.checkup.finding import Finding
from console.checkup.load import backlog, load_findings, memory
from receiver.settings import ReceiverSettings
from store.backlog import Load, Refusals
from store.client import Store
from tests.store.builders import accept, an_event
from tests.store.finished import rewind


async def about(settings: ReceiverSettings) -> dict[str, tuple[str, str]]:
    return {finding.about: (finding.level, finding.text) for finding in await load_findings(settings)}


async def test_an_empty_store(store: Store, store_url: str) -> None:
    told = await about(ReceiverSettings(redis_url=store_url))
    assert told["events"] == ("ok", "none kept")
    assert told["memory"][0] == "ok"
    assert re.fullmatch(r"\d+ MB in use, \d% of [\d,]+ MB", told["memory"][1])
    assert set(told) == {"events", "memory"}


async def test_events_jobs_and_refusals_are_counted(store: Store, store_url: str) -> None:
    events = [an_event() for _ in range(3)]
    for event in events:
        await accept(store, event)
    await rewind(store, events[1].id, 12.04)
    await store.backlog.add_refusals(1234)
    told = await about(ReceiverSettings(redis_url=store_url, backlog_limit=3))
    assert told["events"] == ("ok", "3 kept, the oldest is 12.0 days old")
    assert told["backlog"][0] == "warning"
    assert told["backlog"][1].startswith("3 jobs wait, the limit is 3")
    assert told["refused"] == ("warning", "1,234 events were asked to come later, the last one 0 min ago")


async def test_a_store_that_is_away_is_said_elsewhere(tmp_path: Path) -> None:
    assert await load_findings(ReceiverSettings(redis_url="unix:///nonexistent.sock")) == []
    assert await load_findings(ReceiverSettings(redis_url="nonsense")) == []
    assert await load_findings(ReceiverSettings(data_dir=tmp_path)) == []


def test_a_store_that_fills_up() -> None:
    half, full = Load(0, 50_000_000, 100_000_000), Load(0, 86_000_000, 100_000_000)
    assert memory(half, 0.85) == Finding("ok", "memory", "50 MB in use, 50% of 100 MB")
    assert (memory(full, 0.85).level, memory(full, 0).level) == ("warning", "ok")


def test_a_store_that_nobody_has_given_a_limit() -> None:
    assert memory(Load(0, 50_000_000, 10**9, has_limit=False), 0.85).text == (
        "50 MB in use, 5% of 1,000 MB, which is 50% of its machine, since it has no maxmemory"
    )
    assert memory(Load(0, 50_000_000), 0.85).text == "50 MB in use; nobody knows how much the store may use"


def test_no_backlog_is_nothing_to_tell() -> None:
    assert backlog(Load(99), 100, Refusals(), 0) == backlog(Load(10**6), 0, Refusals(), 0) == []
