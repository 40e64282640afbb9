"""A whole call with known numbers: no log of any process tells them, nor any listing that was not asked to."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from console.sandbox.script import Script, ScriptTool, Turn
from tests.journeys.stage import Stage, staged, until

pytestmark = pytest.mark.journey

CALLER, CALLED = "+31612349876", "+31850000001"
TELLING = re.compile(r"6\W*1\W*2\W*3\W*4\W*9\W*8\W*7\W*6|8\W*5\W*0\W*0\W*0\W*0\W*0\W*0\W*1")
"""The digits of both, as they stand in every notation."""
GIVES_UP = """
description: The customer system says no, and says who it was about.
on: { tool-calls: find_customer }
steps:
  - action: log
    with: { message: "asked for ${{ call.from }} on ${{ call.to }}" }
  - action: http.request
    with: { url: "${{ vars.sandbox_url }}/nowhere/${{ call.from }}", query: { phone: "${{ call.from }}" } }
answer: { result: "You called from ${{ call.from }}." }
"""
LISTINGS = (("events",), ("dead", "list"), ("paused",), ("schedules",), ("doctor",))


def told(stage: Stage, *arguments: str) -> str:
    """Everything a command says, on a pipe."""
    done = subprocess.run(
        [sys.executable, "-m", "console", *arguments], env=os.environ | stage.environ(), capture_output=True, text=True,
        timeout=60,
    )  # fmt: skip
    return done.stdout + done.stderr


def test_numbers_stand_in_no_log_and_no_listing(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "gives_up.yaml").write_text(GIVES_UP)
    (rules / "vars.yaml").write_text("sandbox_url: http://127.0.0.1:8090\n")
    with staged(tmp_path / "data", rules, log_level="DEBUG") as stage:
        turns = [Turn(tools=[ScriptTool(name="find_customer")]), Turn(hang_up=True)]
        with stage.sandbox() as sandbox:
            placed = sandbox.place_call(Script(generation="g3", turns=turns, from_=CALLER, to=CALLED))
            sandbox.record(placed.id, wait=30)
        until(lambda: any(event["kind"] == "end-of-call-report" for event in stage.hookswitch_json("events")))
        shown = {" ".join(listing): told(stage, *listing) for listing in LISTINGS}
        shown["events --json"] = told(stage, "events", "--json")
        for event in stage.hookswitch_json("events"):
            for verb in ("trace", "explain", "replay"):
                shown[f"{verb} {event['kind']}"] = told(stage, verb, event["id"])
            shown[f"trace --json {event['kind']}"] = told(stage, "trace", event["id"], "--json")
        with_numbers = told(stage, "events", "--numbers")
        logs = {path.name: path.read_text("utf-8", "replace") for path in stage.folder.glob("*.log")}
    assert CALLER in with_numbers
    assert any("gives_up" in text for text in shown.values())
    assert CALLED in with_numbers
    assert {"receiver.log", "worker.log"} <= logs.keys()
    del logs["sandbox.log"]
    assert {name: TELLING.findall(text) for name, text in {**shown, **logs}.items() if TELLING.search(text)} == {}
