from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from store.client import Store
from store.runs import Claim
from tests.store.builders import accept, an_event
from tests.workers.loop import Jobs, running, until, worker_on
from tests.workers.support import Poke, Shop, add_action, busy, fails, says
from workers.desk import Work
from workers.observer import Observer
from workers.tracing import TraceRecord

POKES = "on: status-update\nsteps: [{ id: s, action: test.poke, retry: { tries: 2, first: 1s } }]\n"


class Diary(Observer):
    """Writes everything down."""

    def __init__(self) -> None:
        self.lines: list[tuple[Any, ...]] = []

    def claimed(self, claim: Claim) -> None:
        self.lines.append(("claimed", claim.lane))

    def ended(self, claim: Claim, how: str) -> None:
        self.lines.append(("ended", how))

    def handled(self, work: Work, records: Sequence[TraceRecord]) -> None:
        self.lines.append(("handled", *((record.rule, record.body["outcome"]) for record in records)))

    def gave_up(self, rule: str) -> None:
        self.lines.append(("gave up", rule))

    def tried(self, work: Work, action: str, outcome: str, seconds: float, *, first: bool) -> None:
        assert seconds >= 0
        self.lines.append(("tried", action, outcome, first))

    def stepped(self, action: str, state: str) -> None:
        self.lines.append(("stepped", action, state))

    def late(self, outcome: str) -> None:
        self.lines.append(("late", outcome))


async def heard(shop: Shop) -> list[tuple[Any, ...]]:
    """What an observer hears of the work that is due."""
    diary = Diary()
    shop.desk.observer = diary
    await shop.work()
    return diary.lines


async def test_each_thing_is_told_once_and_after_it_is_written(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    add_action(monkeypatch, "test.poke", Poke())
    shop.rule("poke", POKES)
    shop.rule("never", "on: status-update\nif: false\nsteps: [{ id: s, action: test.poke }]\n")
    await shop.post(an_event())
    lines = await heard(shop)
    assert lines[:2] == [("tried", "test.poke", "done", True), ("stepped", "test.poke", "done")]
    assert lines[2][0] == "handled"
    assert set(lines[2][1:]) == {("poke", "ran"), ("never", "not_matched")}
    assert len(lines) == 3


async def test_a_step_that_is_refused_ends_in_a_dead_letter(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    add_action(monkeypatch, "test.poke", Poke(fails))
    shop.rule("poke", POKES)
    await shop.post(an_event())
    assert await heard(shop) == [
        ("tried", "test.poke", "invalid", True),
        ("stepped", "test.poke", "failed"),
        ("gave up", "poke"),
        ("handled", ("poke", "failed")),
    ]


async def test_the_second_try_is_not_the_first(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    add_action(monkeypatch, "test.poke", Poke(busy))
    shop.rule("poke", POKES)
    await shop.post(an_event())
    assert ("tried", "test.poke", "unavailable", True) in await heard(shop)
    await shop.hurry()
    lines = await heard(shop)
    assert lines[:2] == [("tried", "test.poke", "unavailable", False), ("stepped", "test.poke", "failed")]


async def test_an_answer_that_is_late_is_told_with_what_became_of_it(shop: Shop) -> None:
    shop.rule("look", says("'found'", "late: drop\n"))
    event = await shop.post(an_event("tool-calls"))
    job, lease = await shop.take()
    await shop.mark(f"hs:answers:{event.id}", "state:t1", "sent")
    diary = Diary()
    shop.desk.observer = diary
    await shop.perform(job, lease)
    assert ("late", "dropped") in diary.lines


async def test_jobs_are_told_from_claim_to_end(store: Store, jobs: Jobs) -> None:
    worker, diary = worker_on(store, jobs.handle), Diary()
    worker.observer = diary
    jobs.gate.set()
    await accept(store, an_event())
    async with running(worker):
        await until(lambda: ("ended", "done") in diary.lines)
    assert diary.lines == [("claimed", "background"), ("ended", "done")]


async def test_a_job_that_fails_is_told_so(store: Store) -> None:
    async def broken(*_: Any) -> None:
        raise KeyError("a bug")

    worker, diary = worker_on(store, broken), Diary()
    worker.observer = diary
    await accept(store, an_event())
    async with running(worker):
        await until(lambda: len(diary.lines) == 2)
    assert diary.lines == [("claimed", "background"), ("ended", "failed")]


async def test_a_job_that_nobody_can_do_is_dead_and_not_done(store: Store, jobs: Jobs) -> None:
    worker, diary = worker_on(store, jobs.handle), Diary()
    worker.observer = diary
    event = an_event()
    await accept(store, event)
    await store.redis.set(f"arq:job:{event.id}", b"{")
    async with running(worker):
        await until(lambda: len(diary.lines) == 2)
    assert diary.lines == [("claimed", "background"), ("ended", "dead")]
