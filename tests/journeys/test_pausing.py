"""A bad night: everything is stopped between two steps, nothing is lost, and callers hear an answer all the same."""

from __future__ import annotations

import itertools
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.journeys.stage import Stage, staged, until
from tests.journeys.test_bad_days import folder, posts, rule, status_update, step_states, tool_call

pytestmark = pytest.mark.journey

IN_FORCE = 1.2
"""Seconds after which every worker knows of a pause, on a machine with nothing else to do."""
PATIENCE = 8.0
"""Seconds a caller would wait for an answer."""
FALLBACK = "I am still looking that up."


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    rules = folder(
        tmp_path / "rules",
        background=rule("status-update", 6),
        booking="description: Book it.\non: { tool-calls: book }\nanswer: { result: Booked. }\n",
    )
    data = tmp_path / "data"
    data.mkdir()
    with staged(data, rules, deadline=f"{PATIENCE:g}s") as stage:
        yield stage


def hookswitch(stage: Stage, *arguments: str) -> str:
    """A command as people type it; what it says on stderr."""
    done = stage.hookswitch(*arguments)
    assert done.returncode == 0, done
    return done.stderr


def test_a_run_is_paused_in_the_middle_and_goes_on_in_another_worker(stage: Stage) -> None:
    event_id = stage.post(status_update(1)).json()["event_id"]
    until(lambda: step_states(stage, "slow") == ["started"])
    hookswitch(stage, "pause", "background", "--why", "the alerts go to the wrong people")
    until(lambda: step_states(stage, "slow") == ["done"])
    (paused,) = until(lambda: [one for one in stage.hookswitch_json("pause") if one["held"] == 1])
    assert (paused["paused"], paused["why"]) == ("rule:background", "the alerts go to the wrong people")
    (told,) = stage.trace(event_id)["rules"]
    assert (told["outcome"], [step["state"] for step in told["steps"]]) == ("paused", ["done", "done"])

    stage.signal("worker", signal.SIGTERM)
    stage.start("worker")
    second = stage.post(status_update(2)).json()["event_id"]
    until(lambda: stage.hookswitch_json("pause")[0]["held"] == 2)
    assert posts(stage, "/alerts") == []

    assert "runs that go on: 2" in hookswitch(stage, "resume", "background")
    until(stage.settled)
    outcomes = [each["outcome"] for event in (event_id, second) for each in stage.trace(event)["rules"]]
    assert outcomes == ["ran", "ran"]
    assert (len(posts(stage, "/crm/notes")), len(posts(stage, "/alerts"))) == (2, 2)


def test_while_all_is_paused_a_caller_hears_the_fallback_at_once(stage: Stage) -> None:
    stage.start("worker2")
    calls = itertools.count()

    def heard() -> str:
        return stage.post(tool_call("book", f"c{next(calls)}")).text

    assert "Booked." in heard()
    hookswitch(stage, "pause", "all")
    time.sleep(IN_FORCE)
    until(lambda: FALLBACK in heard())
    began = time.monotonic()
    assert all(FALLBACK in heard() for _ in range(6))
    assert time.monotonic() - began < 3 * PATIENCE
    hookswitch(stage, "resume", "all")
    until(lambda: "Booked." in heard())
