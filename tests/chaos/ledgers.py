"""A small ledger of a good day, for tests to doctor."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from tests.chaos.ledger import Attempt, Effect, Heard, Ledger, Run, Sent, Step, Stored
from tests.chaos.scene import EXPECTED
from tests.chaos.traffic import Copy, Delivery, Generation, Kind

OK = (Attempt(201),)


def delivery(number: int, kind: Kind, generation: Generation = "g3", **changes: Any) -> Delivery:
    return replace(Delivery(number, float(number), kind, generation, (Copy(0.0, 0),)), **changes)


def heard(**changes: Any) -> Heard:
    return replace(Heard("receiver1", 1.0, 0.02, 0.0, "acknowledged", 200, "evt_1"), **changes)


def done(rule: str, *keys: str, **changes: Any) -> Run:
    return replace(Run(rule, "ran", {key: Step(key, "done", OK) for key in keys}), **changes)


def good_day() -> Ledger:
    """A status update with the event it led to, a report and a tool call."""
    update, report, tool = (
        delivery(1, "status-update"), delivery(2, "end-of-call-report"), delivery(3, "tool-calls"),
    )  # fmt: skip
    report_runs = {
        "report": done("report", "reported", "once", "count", "letter#0", "letter#1", "letter#2"),
        "mended": done("mended", "mended"),
    }
    tool_runs = {"look_up": done("look_up", "look_up", "count"), "watch_tools": done("watch_tools", "watched")}
    stored = [
        Stored(
            "e1",
            update.marker,
            "status-update",
            "g3",
            "done",
            {"follow_up": done("follow_up", "noted", "count", "told")},
        ),
        Stored("e1b", update.marker, "emitted", "", "done", {"followed": done("followed", "followed")}),
        Stored("e2", report.marker, "end-of-call-report", "g3", "done", report_runs),
        Stored("e3", tool.marker, "tool-calls", "g3", "done", tool_runs, said=frozenset({"rule"})),
    ]
    return Ledger(
        sent=[Sent(update, [heard()]), Sent(report, [heard()]), Sent(tool, [heard(said="rule")])],
        stored=stored,
        effects=[effect for event in stored for effect in _effects(event)],
        counted={update.marker: 1, report.marker: 1, tool.marker: 1},
        left={"open": 0, "spool": 0},
    )


def _effects(event: Stored) -> list[Effect]:
    return [
        Effect(event.marker, event.event_id, step, f"{event.event_id}/{rule}/{step}#{item}")
        for rule, expected in EXPECTED[event.kind, event.generation].items()
        for step, count in expected.effects.items()
        for item in range(count)
    ]


def with_event(ledger: Ledger, event_id: str, **changes: Any) -> Ledger:
    """The same day with another record of one event."""
    stored = [replace(event, **changes) if event.event_id == event_id else event for event in ledger.stored]
    return replace(ledger, stored=stored)


def with_run(ledger: Ledger, event_id: str, rule: str, **changes: Any) -> Ledger:
    """The same day with another record of one run."""
    event = next(event for event in ledger.stored if event.event_id == event_id)
    return with_event(ledger, event_id, runs={**event.runs, rule: replace(event.runs[rule], **changes)})


def with_step(ledger: Ledger, event_id: str, rule: str, step: Step) -> Ledger:
    """The same day with another journal of one step."""
    event = next(event for event in ledger.stored if event.event_id == event_id)
    return with_run(ledger, event_id, rule, steps={**event.runs[rule].steps, step.key: step})


def with_effects(ledger: Ledger, *more: Effect, without: str = "") -> Ledger:
    """The same day with other effects."""
    return replace(ledger, effects=[*(each for each in ledger.effects if each.step != without), *more])
