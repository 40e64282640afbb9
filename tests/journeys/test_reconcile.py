"""A night without webhooks, with real processes: every call is there in the morning, once."""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from redis import Redis

from console.sandbox.record import CallRecord
from console.sandbox.script import Script, Turn
from tests.journeys.stage import Stage, staged, until
from tests.warm.programs import Command

pytestmark = pytest.mark.journey

ANSWERED = "+31850000002"
"""A number with an assistant of its own, so that its calls need no webhook."""
DESKS = {"flireo": "front_desk", "vapi": "vapi_desk", "fluents": "fluents_desk", "opencx": "opencx_desk"}
NIGHT = 3
"""Calls on each platform."""
RULE = """
description: Notes every call that is over, whichever platform it came from.
on: end-of-call-report
connections: [front_desk, vapi_desk, fluents_desk, opencx_desk]
steps:
  - action: http.request
    with:
      url: ${{ vars.sandbox_url }}/crm/notes
      body:
        platform: ${{ event.provider }}
        call: '${{ call.id != "" ? call.id : call.metadata.session_id }}'
        recovered: ${{ event.recovered }}
        said: ${{ report.transcript }}
        status: ${{ call.status }}
"""


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    rules, data = tmp_path / "rules", tmp_path / "data"
    rules.mkdir()
    data.mkdir()
    (rules / "vars.yaml").write_text("sandbox_url: http://127.0.0.1:1\n")
    (rules / "note.yaml").write_text(RULE)
    with staged(data, rules, reconcile_every="0") as stage:
        yield stage


def place(stage: Stage, platform: str, number: int, *lost: str, to: str = "") -> CallRecord:
    said = Turn(caller=f"This is call {number} on {platform}.")
    called = {"to": to or ANSWERED} if platform == "vapi" else {}
    script = Script.model_validate(
        {"platform": platform, "from": f"+3161234{number:04}", "turns": [said, Turn(hang_up=True)], "lost": lost}
        | called
    )
    with stage.sandbox() as sandbox:
        return sandbox.place_call(script)


def over(stage: Stage, placed: list[CallRecord]) -> list[CallRecord]:
    with stage.sandbox() as sandbox:
        return [sandbox.record(each.id, wait=60) for each in placed]


def asked_to(stage: Stage, *more: str) -> Command:
    return stage.typed("reconcile", "--since", "1h", "--grace", "0s", "--json", *more)


def told(command: Command) -> dict[str, Any]:
    done = command.said(100)
    assert done.returncode in (0, 1), done
    return {each["connection"]: each for each in orjson.loads(done.stdout)["connections"]}


def reports(stage: Stage) -> Counter[tuple[str, bool]]:
    listed = stage.hookswitch_json("events", "end-of-call-report", "-n", "200")
    return Counter((each["connection"], each.get("recovered", False)) for each in listed)


def completing(stage: Stage) -> bool:
    """Whether some call waits to be completed."""
    assert stage.store
    with Redis.from_url(stage.store.url) as client:
        return any(work.startswith(b"complete:") for work in client.zrange("hs:open", 0, -1))


def notes(stage: Stage) -> list[dict[str, Any]]:
    return [each["body"] for each in stage.requests("/crm/notes")]


def test_a_night_without_webhooks(stage: Stage) -> None:
    placed = [place(stage, platform, number, "*") for platform in DESKS for number in range(NIGHT)]
    over(stage, placed)
    assert stage.hookswitch_json("events") == []

    found = told(asked_to(stage, "--dry-run"))
    assert {name: found[name]["missing"] for name in DESKS.values()} == dict.fromkeys(DESKS.values(), NIGHT)
    assert stage.hookswitch_json("events") == []

    stage.start("worker2")
    both = [told(each) for each in [asked_to(stage), asked_to(stage)]]
    for name in DESKS.values():
        assert sum(each[name]["recovered"] for each in both) == NIGHT
        assert [each[name]["still_missing"] for each in both] == [0, 0]
    again = told(asked_to(stage))
    assert {name: (again[name]["missing"], again[name]["whole"]) for name in DESKS.values()} == dict.fromkeys(
        DESKS.values(), (0, NIGHT)
    )
    until(stage.settled)
    assert reports(stage) == Counter({(name, True): NIGHT for name in DESKS.values()})
    kept = notes(stage)
    assert Counter(each["platform"] for each in kept) == Counter(dict.fromkeys(DESKS, NIGHT))
    assert all(each["recovered"] for each in kept)
    for platform in DESKS:
        spoken = [each["said"] for each in kept if each["platform"] == platform]
        wanted = [f"This is call {number} on {platform}." for number in range(NIGHT)]
        assert [each for each in wanted if not any(each in said for said in spoken)] == [], spoken


def test_a_call_that_nobody_answered_is_brought_back_too(stage: Stage) -> None:
    (lost,) = over(stage, [place(stage, "vapi", 1, "*", to="+31850000001")])
    assert lost.started_at is None
    assert told(asked_to(stage, "--connection", "vapi_desk"))["vapi_desk"]["recovered"] == 1
    until(stage.settled)
    (note,) = notes(stage)
    assert (note["call"], note["status"], note["said"]) == (lost.id, "failed", "")


def test_a_call_is_completed_once_whoever_is_killed(stage: Stage) -> None:
    """The worker dies while the call waits to be completed."""
    placed = [place(stage, "fluents", 1), place(stage, "opencx", 2)]
    until(lambda: completing(stage))
    stage.signal("worker", signal.SIGKILL)
    over(stage, placed)
    stage.start("worker")
    until(lambda: sum(reports(stage).values()) == 2)
    until(stage.settled)
    assert reports(stage) == Counter({("fluents_desk", False): 1, ("opencx_desk", False): 1})
    assert sorted(each["platform"] for each in notes(stage)) == ["fluents", "opencx"]
    ended = next(each for each in stage.hookswitch_json("events", "call-ended") if each["provider"] == "opencx")
    assert stage.trace(ended["id"])["completion"]["state"] == "done"


def test_what_arrived_is_not_recovered(stage: Stage) -> None:
    whole = [place(stage, platform, 1) for platform in DESKS]
    half = [
        place(stage, platform, 2, "end-of-call-report", "*ended", "event_transcript", "event_recording")
        for platform in DESKS
    ]
    over(stage, [*whole, *half])
    until(lambda: sum(reports(stage).values()) == len(DESKS))
    until(stage.settled)
    found = told(asked_to(stage))
    for name in DESKS.values():
        assert (found[name]["known"], found[name]["whole"], found[name]["recovered"]) == (2, 1, 1), name
    until(stage.settled)
    assert reports(stage) == Counter({(name, late): 1 for name in DESKS.values() for late in (True, False)})
    assert len(notes(stage)) == 2 * len(DESKS)
    assert found["fluents_desk"]["not_received"]["call-ended"] == 1
