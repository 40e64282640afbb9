from __future__ import annotations

import pytest

from store import gauges
from store.client import Store, open_store
from store.deadletters import DeadLetter
from store.gauges import StoreGauges
from store.roster import Note
from tests.store.builders import accept, an_event


async def test_the_store_tells_of_lanes_work_and_workers(store: Store) -> None:
    await accept(store, an_event())
    await accept(store, an_event(), lane="live", deadline_in=5.0)
    told = StoreGauges(store)
    await told.look()
    assert told.up.values == {(): 1}
    assert told.jobs.values == {("live",): 1, ("background",): 1, ("bulk",): 0}
    assert told.backlog.values == {(): 1}
    assert told.open.values == told.kept.values == {(): 2}
    assert told.workers.values == told.dead.values == told.paused.values == {(): 0}
    assert told.memory.values[()] > 0
    assert abs(told.clock.values[()]) < 1


async def test_the_oldest_job_is_one_that_nobody_took_up(store: Store) -> None:
    told = StoreGauges(store)
    event = an_event()
    await accept(store, event)
    await accept(store, an_event(), due_in=60.0)
    await store.redis.zadd("hs:queue:background", {event.id: 1000})
    await told.look()
    assert told.oldest.values["background",] > 1_000_000
    assert told.oldest.values["live",] == 0
    await store.queue.claim("w", {"background": 1})
    assert (await store.queue.oldest_due())["background"] == 0
    assert await store.queue.workers() == ["w"]


async def test_dead_letters_pauses_and_refused_files_are_counted(store: Store) -> None:
    event = an_event()
    await accept(store, event)
    (job,) = (await store.queue.claim("w", {"background": 1})).jobs
    await store.dead.bury(job.claim, DeadLetter(event.id, event.id, "r", "s", "why", 1))
    await store.pauses.begin("rule:r", "anna")
    for worker in ("one", "two"):
        await store.roster.write(worker, Note(frozenset(), {"greet": "line 3: no such name"}))
    told = StoreGauges(store)
    await told.look()
    assert told.dead.values == told.paused.values == {(): 1}
    assert told.refused.values == {("greet",): 2}


async def test_a_store_that_is_away_is_told_and_nothing_else(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gauges, "FRESH", 0.0)
    told = StoreGauges(store)
    await told.look()
    assert told.jobs.values
    away = open_store("redis://127.0.0.1:1")
    told.store = away
    await told.look()
    assert told.up.values == {(): 0}
    assert not any(level.values for level in told.told)
    await away.close()


async def test_looks_shortly_after_each_other_are_one(store: Store) -> None:
    told = StoreGauges(store)
    await told.look()
    await accept(store, an_event())
    await told.look()
    assert told.kept.values == {(): 0}
