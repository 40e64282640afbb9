"""How long a killed worker's jobs wait for another one, and in which order the processes come back."""

from __future__ import annotations

import itertools
import json
import signal
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from redis import Redis

from tests.journeys.stage import Stage, staged, until
from tests.journeys.test_bad_days import folder, posts, rule, status_update, tool_call

pytestmark = pytest.mark.journey

SLOW = 5.0
"""Seconds it takes: a machine that is busy finds out meanwhile who is at it, and kills them."""
LONG = 100.0
"""Seconds the step may take: what must not matter to a recovery."""
BUSY = 5.0
"""Seconds that a machine with other things to do may take longer."""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    slow = rule("status-update", SLOW).replace("timeout: 20s", f"timeout: {LONG:g}s")
    asked = rule("{ tool-calls: book }", SLOW, "answer: { result: Booked. }")
    rules = folder(tmp_path / "rules", background=slow, waiting=asked.replace("timeout: 20s", f"timeout: {LONG:g}s"))
    data = tmp_path / "data"
    data.mkdir()
    with staged(data, rules, deadline="1s") as stage:
        yield stage


def holder(stage: Stage) -> str:
    """The worker that has the only job in work."""
    assert stage.store
    with Redis.from_url(stage.store.url, decode_responses=True) as client:
        tokens: Any = [client.get(key) for key in client.keys("arq:in-progress:*")]
    pids = {str(process.pid): name for name, process in stage.processes.items()}
    (name,) = {name for token in tokens for pid, name in pids.items() if f":{pid}:" in token}
    return name


@pytest.mark.parametrize(("body", "within"), [(tool_call("book", "c1"), 5.0), (status_update(1), 15.0)])
def test_another_worker_goes_on_in_time_whatever_the_timeout(stage: Stage, body: str, within: float) -> None:
    stage.start("worker2")
    until(lambda: len(stage.workers()) == 2)
    with ThreadPoolExecutor() as platform:
        platform.submit(stage.post, body)
        until(lambda: len(stage.requests("/crm/slow")) == 1)
        stage.signal(holder(stage), signal.SIGKILL)
        killed = time.monotonic()
    until(lambda: len(stage.requests("/crm/slow")) == 2)
    assert time.monotonic() - killed < within + BUSY
    until(stage.settled)
    assert len(posts(stage, "/crm/notes")) == len(posts(stage, "/alerts")) == 1


def test_in_whatever_order_they_come_back_nothing_is_lost(stage: Stage) -> None:
    orders = list(itertools.permutations(("receiver", "worker")))
    for number, order in enumerate(orders):
        assert json.loads(stage.post(status_update(number)).text)["event_id"]
        for name in order:
            stage.signal(name, signal.SIGKILL)
        for name in order:
            stage.start(name)
        assert stage.post(status_update(10 + number)).status_code == 200
    until(stage.settled)
    assert len(posts(stage, "/alerts")) == 2 * len(orders)
