from __future__ import annotations

from datetime import UTC, datetime

import orjson

from store.event import Call
from workers.reconcile.outcome import LISTED, Outcome
from workers.reconcile.record import CallRecord

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
MISSED = CallRecord(id="c1", native="call", call=Call(), ended=AT)


def test_what_is_told() -> None:
    outcome = Outcome("desk", "flireo", AT, AT, known=3, whole=1)
    outcome.note_missing(MISSED, frozenset({"status-update", "end-of-call-report"}), "evt_1", "")
    outcome.note_missing(MISSED.model_copy(update={"ended": None}), frozenset(), "", "no time left")
    outcome.undelivered.update(["status-update"])
    told = orjson.loads(orjson.dumps(outcome.record()))
    assert (told["missing"], told["recovered"], told["still_missing"], told["asked"]) == (2, 1, 1, True)
    assert told["not_received"] == {"status-update": 1}
    assert told["calls"] == [
        {"call": "c1", "ended_at": AT.isoformat(), "not_received": ["end-of-call-report", "status-update"],
         "event": "evt_1"},
        {"call": "c1", "ended_at": None, "not_received": [], "event": "", "why": "no time left"},
    ]  # fmt: skip


def test_a_platform_that_could_not_be_asked() -> None:
    told = Outcome("desk", "flireo", why="the key was refused").record()
    assert (told["asked"], told["why"], told["since"]) == (False, "the key was refused", None)


def test_many_missing_calls_are_counted_and_not_all_named() -> None:
    outcome = Outcome("desk", "flireo")
    for _ in range(LISTED + 5):
        outcome.note_missing(MISSED, frozenset(), "", "")
    assert (outcome.missing, len(outcome.calls)) == (LISTED + 5, LISTED)
