"""A judge that cannot find anything is worthless: each kind of failure is made, and found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.chaos.judge import judge
from tests.chaos.ledger import Attempt, Effect, Heard, Ledger, Outage, Sent, Step
from tests.chaos.ledgers import OK, delivery, good_day, heard, with_effects, with_event, with_run, with_step

LOST = (Attempt(0),)
Doctor = Callable[[Ledger], Ledger]


def found(ledger: Ledger) -> list[str]:
    return [failure.kind for failure in judge(ledger)]


def with_answer(ledger: Ledger, *answers: Heard) -> Ledger:
    sent = [Sent(one.delivery, list(answers)) if one.delivery.kind == "tool-calls" else one for one in ledger.sent]
    return replace(ledger, sent=sent)


def without_event(ledger: Ledger, event_id: str) -> Ledger:
    kept = [event for event in ledger.stored if event.event_id != event_id]
    return replace(ledger, stored=kept, effects=[e for e in ledger.effects if e.event_id != event_id])


def twice(ledger: Ledger, step: str) -> Effect:
    return next(effect for effect in ledger.effects if effect.step == step)


def doubled(ledger: Ledger) -> Ledger:
    event = next(event for event in ledger.stored if event.event_id == "e1")
    again = replace(event, event_id="e1c")
    effect = replace(twice(ledger, "noted"), event_id="e1c", key="other")
    counted = {**ledger.counted, event.marker: 2}
    return replace(with_effects(ledger, effect), stored=[*ledger.stored, again], counted=counted)


def test_a_good_day_is_a_good_day() -> None:
    assert judge(good_day()) == []


BROKEN: dict[str, tuple[str, Doctor]] = {
    "an acknowledged event that is gone": (
        "lost",
        lambda day: replace(without_event(day, "e2"), counted={k: v for k, v in day.counted.items() if "2" not in k}),
    ),
    "one delivery, two events": ("doubled", doubled),
    "an event nobody decided": ("undecided", lambda day: with_event(day, "e1", status="waiting")),
    "an event still queued": ("undecided", lambda day: with_event(day, "e1b", status="queued")),
    "a rule without a record": (
        "unexplained",
        lambda day: with_effects(with_event(day, "e1b", runs={}), without="followed"),
    ),
    "a rule that ended in limbo": ("unexplained", lambda day: with_run(day, "e2", "mended", outcome="parked")),
    "a rule that was not asked": ("unexplained", lambda day: with_run(day, "e3", "look_up", outcome="not_matched")),
    "a paused rule that nobody waits for": ("unexplained", lambda day: with_run(day, "e2", "mended", outcome="paused")),
    "an effect that never happened": ("incomplete", lambda day: with_effects(day, without="noted")),
    "one of three letters missing": (
        "incomplete",
        lambda day: replace(day, effects=[e for e in day.effects if not e.key.endswith("letter#2")]),
    ),
    "a step that is not done": (
        "incomplete",
        lambda day: with_step(day, "e2", "mended", Step("mended", "started", OK)),
    ),
    "a finished step done again": ("repeated", lambda day: with_effects(day, twice(day, "noted"))),
    "more effects than doubts": (
        "repeated",
        lambda day: with_effects(
            with_step(day, "e1", "follow_up", Step("noted", "done", LOST + OK)), *[twice(day, "noted")] * 2
        ),
    ),
    "tried again after it had happened": (
        "repeated",
        lambda day: with_step(day, "e1", "follow_up", Step("noted", "done", OK + OK)),
    ),
    "another key for the same operation": (
        "repeated",
        lambda day: with_effects(
            with_step(day, "e1", "follow_up", Step("noted", "done", LOST + OK)),
            replace(twice(day, "noted"), key="another"),
        ),
    ),
    "twice what must be parked": (
        "repeated",
        lambda day: with_effects(with_step(day, "e2", "report", Step("once", "done", LOST + OK)), twice(day, "once")),
    ),
    "an injection that came twice": (
        "repeated",
        lambda day: with_effects(day, *[Effect("+31600000003", "", "inject", "call-3")] * 2),
    ),
    "a step that is not on record": (
        "incomplete",
        lambda day: replace(
            with_run(day, "e3", "look_up", steps={"look_up": Step("look_up", "done", OK)}),
            counted={marker: count for marker, count in day.counted.items() if "3" not in marker[-1]},
        ),
    ),
    "an event of our own that is gone": ("unfollowed", lambda day: without_event(day, "e1b")),
    "an event of our own that came twice": (
        "unfollowed",
        lambda day: with_effects(
            replace(day, stored=[*day.stored, replace(day.stored[1], event_id="e1d")]),
            replace(twice(day, "followed"), event_id="e1d", key="other"),
        ),
    ),
    "an event of our own that nobody emitted": (
        "unfollowed",
        lambda day: with_effects(
            replace(day, stored=[*day.stored, replace(day.stored[1], event_id="e2b", marker="+31600000002")]),
            replace(twice(day, "followed"), event_id="e2b", key="other"),
        ),
    ),
    "an effect of nobody's": ("unowned", lambda day: with_effects(day, Effect("+31600000009", "e9", "noted", "k"))),
    "counted twice": ("miscounted", lambda day: replace(day, counted={**day.counted, "+31600000001": 2})),
    "not counted": ("miscounted", lambda day: replace(day, counted={})),
    "counted for nobody": ("miscounted", lambda day: replace(day, counted={**day.counted, "+31600000008": 1})),
    "work that is still counted": ("miscounted", lambda day: with_event(day, "e1", pending=1)),
    "work that was counted off twice": ("miscounted", lambda day: with_event(day, "e1", pending=-1)),
    "a caller who heard nothing": (
        "unanswered",
        lambda day: with_answer(day, heard(said="none", status=0, problem="no answer")),
    ),
    "a caller who was refused": ("unanswered", lambda day: with_answer(day, heard(said="refused", status=503))),
    "a caller who waited too long": ("unanswered", lambda day: with_answer(day, heard(said="rule", seconds=10.2))),
    "an answer nobody can read": (
        "malformed",
        lambda day: with_answer(day, heard(said="malformed", problem="not JSON")),
    ),
    "an answer that is not on record": ("unrecorded", lambda day: with_event(day, "e3", said=frozenset({"meanwhile"}))),
    "a late answer without a word": ("silent", lambda day: with_event(day, "e3", late_cells=1)),
    "a failure without a letter": ("dead letter", lambda day: with_run(day, "e2", "mended", outcome="failed")),
    "a letter that its event does not know": (
        "dead letter",
        lambda day: with_run(day, "e2", "mended", outcome="failed", letter="in doubt: reset"),
    ),
    "a bug of ours": ("dead letter", lambda day: replace(day, letters={"run:e2/x": "handling failed: KeyError"})),
    "an action that broke": (
        "dead letter",
        lambda day: replace(day, letters={"run:e2/x": "the action failed: TypeError"}),
    ),
    "open work": ("left over", lambda day: replace(day, left={"open": 2})),
    "a spool with something in it": ("left over", lambda day: replace(day, left={"spool": 1})),
    "an error in a log": ("complained", lambda day: replace(day, complaints={"workers.worker: a job failed": 3})),
    "a process that fell over": ("died", lambda day: replace(day, deaths=["worker1 with 1"])),
}


@pytest.mark.parametrize(("kind", "doctor"), BROKEN.values(), ids=BROKEN)
def test_each_broken_promise_is_found(kind: str, doctor: Doctor) -> None:
    assert set(found(doctor(good_day()))) == {kind}


FORGIVEN: dict[str, Doctor] = {
    "repeated with the same key while in doubt": lambda day: with_effects(
        with_step(day, "e1", "follow_up", Step("noted", "done", LOST + OK)), twice(day, "noted")
    ),
    "tried again after it was refused": lambda day: with_step(
        day, "e1", "follow_up", Step("noted", "done", (Attempt(429), Attempt(500), *OK))
    ),
    "given up, with a letter that says why": lambda day: replace(
        with_event(with_run(day, "e2", "mended", outcome="failed", letter="in doubt: reset"), "e2", status="dead"),
        letters={"x": "in doubt: reset"},
    ),
    "not acknowledged and not stored": lambda day: replace(
        day, sent=[*day.sent, Sent(delivery(9, "status-update"), [heard(said="refused", status=503)])]
    ),
    "answered although it could be stored nowhere": lambda day: replace(
        day, sent=[*day.sent, Sent(delivery(9, "tool-calls"), [heard(said="fallback", stored=False)])]
    ),
    "the sender stood still": lambda day: with_answer(day, heard(said="rule", seconds=12.0, stalled=3.0)),
    "the receiver was dead": lambda day: replace(
        with_answer(day, heard(said="none", status=0)), outages=[Outage("receiver1", 0.5, 1.01)]
    ),
    "the platform hung up": lambda day: replace(
        day,
        sent=[*day.sent[:2], Sent(replace(day.sent[2].delivery, hangs_up=True), [heard(said="none", status=0)])],
    ),
    "a late answer that was told of": lambda day: with_run(
        with_event(day, "e3", late_cells=1), "e3", "look_up", late="told"
    ),
    "a paused rule passed its turn": lambda day: with_run(day, "e3", "look_up", outcome="paused"),
}


@pytest.mark.parametrize("doctor", FORGIVEN.values(), ids=FORGIVEN)
def test_what_is_allowed_is_forgiven(doctor: Doctor) -> None:
    assert judge(doctor(good_day())) == []


def test_another_receivers_outage_is_no_excuse() -> None:
    day = with_answer(good_day(), heard(said="none", status=0))
    assert found(replace(day, outages=[Outage("receiver2", 0.0, 5.0)])) == ["unanswered"]
    assert found(replace(day, outages=[Outage("receiver1", 1.03, 5.0)])) == ["unanswered"]


def test_failures_name_whose_they_are() -> None:
    failure = judge(with_event(good_day(), "e1", status="waiting"))[0]
    assert str(failure) == "undecided: status-update e1 +31600000001: its status is waiting"


def test_who_is_told_to_stop_answers_first() -> None:
    day = with_answer(good_day(), heard(said="none", status=0, began=1.0, seconds=3.0))
    assert found(replace(day, outages=[Outage("receiver1", 2.0, 5.0)])) == []
    assert found(replace(day, outages=[Outage("receiver1", 2.0, 5.0, is_polite=True)])) == ["unanswered"]
    assert found(replace(day, outages=[Outage("receiver1", 1.2, 5.0, is_polite=True)])) == []
    assert found(replace(day, outages=[Outage("receiver1", 0.2, 1.1, is_polite=True)])) == []
