from __future__ import annotations

import pytest

from rules.engine.cases.casehold import Held, held_back
from rules.engine.playing.play import Surroundings
from tests.rules.engine.vocab import event, rule_of

NEVER = float("inf")


def held(more: str, holds: dict[str, float], left: float | None = None, if_: str = "") -> Held:
    text = f"description: x\non: status-update\n{if_}{more}\nsteps: [{{ action: log, with: {{ message: x }} }}]\n"
    return held_back(rule_of(text), event("status-update"), None, Surroundings(), holds, left)


@pytest.mark.parametrize(
    ("more", "name"),
    [
        ("limit: { count: 3, per: 1h, key: call.from }", "limit"),
        ("once: { key: call.id }", "once"),
        ("concurrency: { key: call.from, max: 1, mode: skip }", "concurrency"),
    ],
)
def test_a_taken_place_limits_and_a_free_one_does_not(more: str, name: str) -> None:
    back = held(more, {name: NEVER})
    assert back.played is not None
    assert (back.played.outcome, back.played.stopped_at) == ("limited", name)
    assert back.played.error == f"{name}: no place is free for this key"
    assert held(more, {}) == Held()


def test_an_unknown_key_holds_nothing_back() -> None:
    assert held("limit: { count: 3, per: 1h, key: call.ended_reason }", {"limit": NEVER}).played is None


def test_conditions_come_first() -> None:
    assert held("limit: { count: 3, per: 1h }", {"limit": NEVER}, if_="if: call.from == ''\n") == Held()


def test_a_run_that_waits_goes_on_when_a_place_is_free() -> None:
    queue = "concurrency: { key: call.from, max: 1, mode: queue }"
    assert held(queue, {"concurrency": 3.0}) == Held(None, 3.0)
    delay = "limit: { count: 3, per: 1h, excess: delay }"
    assert held(f"{queue}\n{delay}", {"concurrency": 3.0, "limit": 4.0}) == Held(None, 7.0)


def test_it_waits_no_longer_than_somebody_waits_for_it() -> None:
    queue = "concurrency: { key: call.from, max: 1, mode: queue }"
    back = held(queue, {"concurrency": 3.0}, left=2.0)
    assert back.played is not None
    assert back.played.outcome == "limited"


def test_a_place_that_stays_taken_parks_it() -> None:
    back = held("limit: { count: 3, per: 1h, excess: delay }", {"limit": NEVER})
    assert back.played is not None
    assert (back.played.outcome, back.played.error) == ("parked", "limit: waiting for a place")


def test_the_newest_run_takes_the_place() -> None:
    assert held("concurrency: { key: call.from, max: 1, mode: restart }", {"concurrency": NEVER}) == Held()


def test_a_key_that_cannot_be_evaluated_is_an_error() -> None:
    back = held("limit: { count: 3, per: 1h, key: raw.nothing }", {"limit": NEVER})
    assert back.played is not None
    assert (back.played.outcome, back.played.stopped_at) == ("error", "limit")
