"""A whole call with known numbers: no log of any process tells them, nor any listing that was not asked to."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from redis import Redis

from console.sandbox.script import Script, ScriptTool, Turn
from tests.console.process.sentry_server import sentry_server
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
    done = stage.hookswitch(*arguments)
    return done.stdout + done.stderr


def break_an_event(stage: Stage) -> str:
    """Give the worker an event that nobody can read, which no delivery could: what follows is a bug of ours."""
    assert stage.store
    event_id = f"evt_{0:032x}"
    with Redis.from_url(stage.store.url) as client:
        client.hset(f"hs:event:{event_id}", mapping={"event": f'{{"call": "{CALLER}"', "received": "1"})
        client.zadd("hs:queue:background", {event_id: 1})
    return event_id


def name_their_event(log: str, but: str) -> Iterator[bool]:
    """Of each line in which the id of an event stands: whether it names the event, its connection and its call."""
    lines = [orjson.loads(line) for line in log.splitlines()]
    about = [line for line in lines if "evt_" in str(line) and but not in str(line)]
    return (all(line.get(name) for name in ("event_id", "connection", "call_id")) for line in about)


def test_numbers_stand_in_no_log_and_no_listing(tmp_path: Path) -> None:
    rules = tmp_path / "rules"
    rules.mkdir()
    (rules / "gives_up.yaml").write_text(GIVES_UP)
    (rules / "vars.yaml").write_text("sandbox_url: http://127.0.0.1:8090\n")
    with sentry_server() as sentry, staged(
        tmp_path / "data", rules, log_level="DEBUG", sentry_dsn=sentry.dsn
    ) as stage:  # fmt: skip
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
        broken = break_an_event(stage)
        until(lambda: sentry.reports)
        logs = {path.name: path.read_text("utf-8", "replace") for path in stage.folder.glob("*.log")}
    assert CALLER in with_numbers
    assert any("gives_up" in text for text in shown.values())
    assert CALLED in with_numbers
    assert {"receiver.log", "worker.log"} <= logs.keys()
    del logs["sandbox.log"]
    for process in ("receiver", "worker"):
        assert all(name_their_event(logs[f"{process}.log"], but=broken)), process
    assert '"message":"dead letter"' in logs["worker.log"]
    told_to_sentry = {(report["message"], *sorted(report["tags"].items())) for report in sentry.reports}
    assert told_to_sentry == {("a job failed", ("event_id", broken), ("process", "worker"))}
    shown["sentry"] = b"".join(sentry.bodies).decode()
    assert {name: TELLING.findall(text) for name, text in {**shown, **logs}.items() if TELLING.search(text)} == {}
