"""Two real workers and one schedule: each due moment is one run, and people can see which, and do the same by hand."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from tests.journeys.stage import Stage, until

pytestmark = pytest.mark.journey

RULE = """
description: An alert each minute.
on: { schedule: { cron: "* * * * *", timezone: Europe/Amsterdam }, manual: }
steps:
  - action: http.request
    with:
      url: ${{ vars.sandbox_url }}/alerts
      body: { at: '${{ now }}', by: '${{ event.kind }}' }
"""
MINUTE = 60_000


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    """A store in which the schedule has last been handled a minute ago, and nobody to look yet."""
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "vars.yaml").write_text("sandbox_url: http://127.0.0.1:1\n")
    (rules / "tick.yaml").write_text(RULE)
    stage = Stage(tmp_path, rules)
    try:
        stage.start_store()
        yield stage
    finally:
        stage.stop()


def handled_a_minute_ago(stage: Stage) -> int:
    """Gives the moment that is due now."""
    assert stage.store
    due = time.time_ns() // 1_000_000 // MINUTE * MINUTE
    with Redis.from_url(stage.store.url) as client:
        client.hset("hs:schedule:tick", mapping={"identity": "* * * * * Europe/Amsterdam", "handled": due - MINUTE})
        client.sadd("hs:schedules", "tick")
    return due


def alerts(stage: Stage) -> list[str]:
    asked = [request for request in stage.requests("/alerts") if request["method"] == "POST"]
    return [request["body"]["by"] for request in asked]


def test_each_due_moment_is_one_run(stage: Stage) -> None:
    stage.start("sandbox")
    due = handled_a_minute_ago(stage)
    stage.start("worker", "worker2")
    until(lambda: alerts(stage) and stage.settled())
    events = stage.hookswitch_json("events", "schedule")
    moments = [event["due_at"] for event in events]
    assert len(set(moments)) == len(moments) == alerts(stage).count("schedule")
    trace = stage.trace(events[-1]["id"])
    assert trace["event"]["due_at"].startswith(time.strftime("%Y-%m-%dT%H:%M:00", time.gmtime(due / 1000)))
    assert [rule["outcome"] for rule in trace["rules"]] == ["ran"]
    (told,) = stage.hookswitch_json("explain", events[-1]["id"], "--rules", str(stage.rules))["rules"]
    assert (told["source"], told["why"]) == ("trace", "it has no condition")
    (schedule,) = stage.hookswitch_json("schedules")
    assert (schedule["state"], schedule["skipped"]) == ("on", 0)
    assert schedule["last_fired"]["event"] in [event["id"] for event in stage.hookswitch_json("events", "schedule")]


def test_the_same_by_hand(stage: Stage) -> None:
    stage.start("sandbox", "worker", "worker2")
    trace = stage.hookswitch_json("run", "tick")
    assert (trace["event"]["kind"], trace["event"]["name"]) == ("manual", "tick")
    assert [rule["outcome"] for rule in trace["rules"]] == ["ran"]
    assert alerts(stage).count("manual") == 1
