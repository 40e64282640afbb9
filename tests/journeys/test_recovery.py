"""How long a killed worker's jobs wait for another one, and in which order the processes come back."""

from __future__ import annotations

import itertools
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from console.sandbox.client import ask_fault
from console.sandbox.faults import Fault
from tests.journeys.stage import Stage, staged, until
from tests.journeys.test_bad_days import folder, posts, rule, status_update, tool_call

pytestmark = pytest.mark.journey

LONG = 100.0
"""Seconds the step may take: what must not matter to a recovery."""
PROMISED_MS = {"live": 5_000, "background": 15_000}
"""How long a job may stay with a worker that is dead."""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    long = f"timeout: {LONG:g}s"
    background = rule("status-update", 0).replace("timeout: 20s", long)
    waiting = rule("{ tool-calls: book }", 0, "answer: { result: Booked. }").replace("timeout: 20s", long)
    rules = folder(tmp_path / "rules", background=background, waiting=waiting)
    data = tmp_path / "data"
    data.mkdir()
    with staged(data, rules, deadline="1s") as stage:
        yield stage


def hang(stage: Stage, times: int) -> None:
    """So many steps that come next take until their worker is killed; those after them take no time."""
    with stage.sandbox() as sandbox:
        sandbox.ask(ask_fault(Fault(route="GET /crm/slow", kind="slow", times=times, seconds=LONG)))


def hangs(stage: Stage, times: int) -> bool:
    """Whether so many have come so far."""
    return [request["fault"] for request in stage.requests("/crm/slow")].count("slow") == times


@dataclass
class Heirs:
    """What a dead worker left, as another one looks at it. All moments are milliseconds of the store's clock."""

    redis: Redis
    other: bytes
    """The worker that is left."""
    ends: dict[tuple[str, bytes], float] = field(init=False)
    """Lane and job → when the lease is over that was in force at the death."""
    looks: set[float] = field(default_factory=set)
    """When the other one was seen to ask for work."""

    def __post_init__(self) -> None:
        queues: dict[str, Any] = {lane: self.redis.zrange(f"hs:queue:{lane}", 0, -1, withscores=True)
                                  for lane in PROMISED_MS}  # fmt: skip
        self.ends = {(lane, job): end for lane, jobs in queues.items() for job, end in jobs}

    def longest_wait(self, lane: str) -> float:
        """From now on."""
        told: Any = self.redis.time()
        now: float = told[0] * 1000 + told[1] / 1000
        return max(end - now for (of, _), end in self.ends.items() if of == lane)

    def taken_over(self) -> bool:
        """Whether every job is, and that none was left lying by a look that came after its lease."""
        with self.redis.pipeline() as asked:
            asked.zscore("hs:workers", self.other)
            for lane, job in self.ends:
                asked.zscore(f"hs:queue:{lane}", job)
            looked, *now = asked.execute()
        self.looks.add(looked)
        lying = [end for end, still in zip(self.ends.values(), now, strict=True) if still == end]
        assert all(looked < end for end in lying), "it looked, and left what had no worker any more"
        return not lying


def name_of(stage: Stage, process: str) -> bytes:
    """As the store knows a worker."""
    pid = f":{stage.processes[process].pid}:".encode()
    return next(bytes(name) for name in stage.workers() if pid in name)


def test_another_worker_goes_on_when_the_lease_is_over_whatever_the_timeout(stage: Stage) -> None:
    """By the store's clock: how fast this machine is, is nobody's business."""
    hang(stage, 2)
    with ThreadPoolExecutor() as platform:
        platform.submit(stage.post, tool_call("book", "c1"))
        platform.submit(stage.post, status_update(1))
        until(partial(hangs, stage, 2))
    stage.start("worker2")
    other = until(lambda: name_of(stage, "worker2"))
    assert stage.store
    with Redis.from_url(stage.store.url) as redis:
        stage.signal("worker", signal.SIGKILL)
        heirs = Heirs(redis, other)
        assert len(heirs.ends) == 2
        for lane, promised in PROMISED_MS.items():
            assert heirs.longest_wait(lane) < promised
        until(heirs.taken_over)
    assert len(heirs.looks) > 3
    until(stage.settled)
    assert len(stage.requests("/crm/slow")) == 4
    assert len(posts(stage, "/crm/notes")) == len(posts(stage, "/alerts")) == 2


def test_in_whatever_order_they_come_back_nothing_is_lost(stage: Stage) -> None:
    """Who is killed between a request and the note of it sends it once more, and it can be told that it is the same."""
    orders = list(itertools.permutations(("receiver", "worker")))
    with ThreadPoolExecutor() as platform:
        for number, order in enumerate(orders):
            hang(stage, 1)
            platform.submit(stage.post, tool_call("book", f"c{number}"))
            until(partial(hangs, stage, number + 1))
            for name in order:
                stage.signal(name, signal.SIGKILL)
            for name in order:
                stage.start(name)
            assert stage.post(status_update(number)).status_code == 200
    until(stage.settled)
    alerts = {(request["body"]["event"], request["idempotency_key"]) for request in posts(stage, "/alerts")}
    assert len(alerts) == 2 * len(orders)
