"""A flood of events that nobody waits for slows no caller, and what is too much is turned away until there is room."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis

from receiver.providers.flireo.signature import signed_headers
from tests.journeys.stage import UNCERTIFIED, Stage, staged, until
from tests.journeys.test_bad_days import folder, status_update, tool_call

pytestmark = pytest.mark.journey

SLOW = """
description: Something slow for everybody who calls.
on: status-update
steps:
  - action: http.request
    with: { url: '${{ vars.sandbox_url }}/crm/slow', query: { seconds: SECONDS } }
    timeout: 100s
"""
NOTED = "description: Noted.\non: status-update\nsteps: [{ action: log, with: { message: seen } }]\n"
QUICK = "description: At once.\non: { tool-calls: book }\nanswer: { result: Booked. }\n"
SLOTS = 16
"""Background jobs that a worker has in work at once."""
LONG = "8s"
"""A caller's patience: far less than a place behind the flood would take, far more than a busy machine needs."""


def installed(path: Path, background: str, **settings: str) -> AbstractContextManager[Stage]:
    data = path / "data"
    data.mkdir()
    rules = folder(path / "rules", background=background, quick=QUICK)
    return staged(data, rules, deadline=LONG, **settings)


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    with installed(tmp_path, SLOW.replace("SECONDS", "90")) as stage:
        yield stage


def test_two_hundred_events_before_one_caller(stage: Stage) -> None:
    assert set(flood(stage, 200)) == {200}
    until(lambda: waiting_jobs(stage) == 200 - SLOTS)
    assert_callers_hear_the_rule(stage, "before")
    assert waiting_jobs(stage) == 200 - SLOTS


def test_above_the_limit_events_come_later_until_the_backlog_is_worked_off(tmp_path: Path) -> None:
    with installed(tmp_path, SLOW.replace("SECONDS", "3"), backlog_limit="20") as stage:
        until(lambda: 429 in flood(stage, 10))
        assert waiting_jobs(stage) <= 20
        assert_callers_hear_the_rule(stage, "full")
        assert backlog(stage)["refused"] >= 1

        until(lambda: flood(stage, 1, "again") == [200])
        until(stage.settled)
        assert ran(stage) == accepted(stage)


def test_a_store_that_fills_up_takes_callers_alone_until_old_events_have_made_room(tmp_path: Path) -> None:
    with installed(tmp_path, NOTED) as stage, looking(stage) as client:
        assert set(flood(stage, 400, "old", size=15_000)) == {200}
        until(stage.settled)
        stage.signal("worker", signal.SIGKILL)
        stage.settings["HOOKSWITCH_KEEP_SHARE"] = "0"
        stage.start("worker")
        client.config_set("maxmemory", round(client.info("memory")["used_memory"] / 0.9))
        until(lambda: flood(stage, 1, "full") == [429])
        until(lambda: "Booked." in stage.post(tool_call("book", "first")).text)
        assert_callers_hear_the_rule(stage, "full")
        assert set(flood(stage, 10, "full")) == {429}

        stage.signal("worker", signal.SIGKILL)
        del stage.settings["HOOKSWITCH_KEEP_SHARE"]
        stage.start("worker")
        until(lambda: flood(stage, 1, "again") == [200])
        assert 0 < client.zcard("hs:events") < 400
        assert "removed before their time" in (stage.folder / "worker.log").read_text()


def assert_callers_hear_the_rule(stage: Stage, name: str) -> None:
    for number in range(5):
        assert "Booked." in stage.post(tool_call("book", f"{name}-{number}")).text


def flood(stage: Stage, count: int, name: str = "flood", size: int = 0) -> list[int]:
    """So many events that nobody waits for, of different calls; the status codes that came back."""
    secret = stage.environ()["FRONT_DESK_WEBHOOK_SECRET"]
    with httpx.Client(base_url=stage.url, timeout=60, **UNCERTIFIED) as client:
        return [deliver(client, secret, f"{name}-{time.monotonic_ns()}-{number}", size) for number in range(count)]


def deliver(client: httpx.Client, secret: str, call: str, size: int) -> int:
    event = json.loads(status_update(1))
    event["message"]["call"]["id"] = call
    event["message"]["padding"] = "x" * size
    body = json.dumps(event).encode()
    headers = signed_headers(body, secret, int(time.time()), "status-update")
    return client.post("/hooks/front_desk", content=body, headers=headers).status_code


def looking(stage: Stage) -> Redis:
    assert stage.store
    return Redis.from_url(stage.store.url, decode_responses=True)


def waiting_jobs(stage: Stage) -> int:
    """Background jobs that no worker has taken up."""
    with looking(stage) as client:
        return int(client.zcount("hs:queue:background", "-inf", time.time() * 1000))


def backlog(stage: Stage) -> dict[str, Any]:
    return dict(httpx.get(f"{stage.url}/readyz", **UNCERTIFIED).json()["backlog"])


def accepted(stage: Stage) -> int:
    """Events that nobody waits for, as far as they were stored."""
    with looking(stage) as client:
        kinds = [client.hget(f"hs:event:{each}", "kind") for each in client.zrange("hs:events", 0, -1)]
    return kinds.count("status-update")


def ran(stage: Stage) -> int:
    """How often the slow page was asked for."""
    return len(stage.requests("/crm/slow"))
