"""Numbers that are kept by real workers on the sandbox: hours change, hands reach in, workers die."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from redis import Redis

from console.sandbox import seed
from console.sandbox.client import ask_fault
from console.sandbox.faults import Fault
from tests.journeys.stage import UNCERTIFIED, Stage, until

pytestmark = pytest.mark.journey

MAIN, FREE = "+31850000001", "+31850000002"
PATH = f"/flireo/api/v1/numbers/{seed.MAIN_NUMBER}"
BY_HAND = "by hand"
VARS = "timezone: Europe/Amsterdam\nday: {day}\nnight: {night}\nopening: {{ mon-sun: {hours} }}\n"
FILE = """\
numbers:
  front_desk:
    "+31850000001":
      when: { hours: vars.opening, agent: vars.day }
      otherwise: vars.night
    "+31850000002": { agent: vars.night, drift: mend }
"""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "numbers.yaml").write_text(FILE)
    hours(rules, "open")
    often = {"HOOKSWITCH_NUMBERS_EVERY": "1s", "HOOKSWITCH_SANDBOX_REQUESTS_PER_MINUTE": "100000"}
    stage = Stage(tmp_path, rules, settings=often)
    try:
        stage.start_store()
        stage.start("sandbox", "worker", "worker2")
        until(lambda: plan(stage) == (0, ["same", "same"]))
        yield stage
    finally:
        stage.stop()


def hours(rules: Path, hours: str) -> None:
    (rules / "vars.yaml").write_text(VARS.format(day=seed.DAY_DESK, night=seed.NIGHT_DESK, hours=hours))


def plan(stage: Stage) -> tuple[int, list[str]]:
    """Exit code and the states of the numbers."""
    done = stage.hookswitch("numbers", "plan", "--json")
    return done.returncode, [each["state"] for each in json.loads(done.stdout)["numbers"]] if done.stdout else []


def platform(stage: Stage, number: str = seed.MAIN_NUMBER, **changes: Any) -> str:
    """Who answers on the platform, after somebody has perhaps changed it there."""
    headers = {"authorization": f"Bearer {stage.environ()['FRONT_DESK_API_KEY']}", "user-agent": BY_HAND}
    url = f"{stage.ports.sandbox_url}/flireo/api/v1/numbers/{number}"
    with httpx.Client(headers=headers, **UNCERTIFIED) as client:
        if changes:
            client.patch(url, json=changes).raise_for_status()
        return client.get(url).json()["number"]["agent_id"] or ""


def links(stage: Stage) -> int:
    """How often a worker has pointed the main number somewhere."""
    return sum(each["method"] == "PATCH" for each in stage.requests(PATH))


def keeper(stage: Stage) -> str:
    """The name of the process that keeps numbers."""
    assert stage.store
    with Redis.from_url(stage.store.url) as client:
        owner: Any = client.hget("hs:numbers:keeper", "owner")
    pid = int(owner.decode().split(":")[1])
    return next(name for name, process in stage.processes.items() if process.pid == pid)


def test_hours_change_and_a_hand_is_respected_adopted_pinned_and_mended(stage: Stage) -> None:
    hours(stage.rules, "closed")
    until(lambda: platform(stage) == seed.NIGHT_DESK)
    hours(stage.rules, "open")
    until(lambda: platform(stage) == seed.DAY_DESK)
    assert links(stage) == 2

    platform(stage, agent_id=seed.OVERFLOW)
    until(lambda: plan(stage) == (1, ["drift", "same"]))
    assert "pointed it elsewhere" in stage.hookswitch("doctor").stdout
    stage.hookswitch("numbers", "adopt", MAIN)
    assert plan(stage) == (0, ["adopted", "same"])
    hours(stage.rules, "closed")
    until(lambda: platform(stage) == seed.NIGHT_DESK)
    assert links(stage) == 4  # one of them by hand

    stage.hookswitch("numbers", "pin", MAIN, "--why", "being moved")
    hours(stage.rules, "open")
    until(lambda: plan(stage) == (0, ["pinned", "same"]))
    assert platform(stage) == seed.NIGHT_DESK
    stage.hookswitch("numbers", "unpin", MAIN)
    until(lambda: platform(stage) == seed.DAY_DESK)

    platform(stage, seed.FREE_NUMBER, agent_id=seed.OVERFLOW)
    until(lambda: platform(stage, seed.FREE_NUMBER) == seed.NIGHT_DESK)
    whats = [each["what"] for each in json.loads(stage.hookswitch("numbers", "history", "--json").stdout)]
    assert {"linked", "mended", "adopted", "drift"} <= set(whats)


def test_apply_makes_it_so_and_wants_a_yes(stage: Stage) -> None:
    platform(stage, agent_id=seed.OVERFLOW)
    until(lambda: plan(stage)[1] == ["drift", "same"])
    refused = stage.hookswitch("numbers", "apply")
    assert (refused.returncode, platform(stage)) == (2, seed.OVERFLOW)
    assert "--yes" in refused.stderr
    done = stage.hookswitch("numbers", "apply", "--yes")
    assert (done.returncode, platform(stage)) == (0, seed.DAY_DESK), done.stderr
    assert MAIN not in done.stdout


def test_a_worker_dies_while_it_links_and_another_one_finishes(stage: Stage) -> None:
    with stage.sandbox() as sandbox:
        sandbox.ask(ask_fault(Fault(route=f"PATCH {PATH}", kind="slow", seconds=2.0)))
    hours(stage.rules, "closed")
    until(lambda: intent(stage))
    stage.signal(keeper(stage), signal.SIGKILL)
    until(lambda: not intent(stage))
    assert platform(stage) == seed.NIGHT_DESK
    assert links(stage) <= 2
    before = links(stage)
    until(lambda: plan(stage) == (0, ["same", "same"]))
    hours(stage.rules, "open")
    until(lambda: platform(stage) == seed.DAY_DESK)
    until(lambda: plan(stage) == (0, ["same", "same"]))
    assert links(stage) == before + 1


def intent(stage: Stage) -> bool:
    """Whether somebody has begun to link the main number and not noted how that ended."""
    assert stage.store
    with Redis.from_url(stage.store.url) as client:
        told: Any = client.hget("hs:numbers", f"front_desk/{MAIN}")
    return bool(json.loads(told)["intent"])


def test_without_workers_it_says_so(stage: Stage) -> None:
    for name in ("worker", "worker2"):
        stage.signal(name, signal.SIGTERM)
    done = stage.hookswitch("numbers", "plan")
    assert done.returncode == 2
    assert "keeps numbers" in done.stderr or "no worker is running" in done.stderr
    last = stage.hookswitch("numbers", "plan", "--last", "--numbers")
    assert (last.returncode, MAIN in last.stdout) == (0, True)
