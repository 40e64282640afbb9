from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from store.calls import Heard
from store.event import Call
from workers.reconcile.compare import came_twice, is_unfinished, not_received, verdict
from workers.reconcile.lists.flireo import FlireoCalls
from workers.reconcile.lists.fluents import FluentsCalls
from workers.reconcile.lists.opencx import OpenCxCalls
from workers.reconcile.record import CallRecord

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
AGO = timedelta(minutes=1)


def a_call(**fields: Any) -> CallRecord:
    usual = {"id": "c", "native": "x", "call": Call(), "over": True, "ended": NOW - 60 * AGO}
    return CallRecord(**(usual | fields))


def heard(kind: str, at: datetime = NOW, *, recovered: bool = False) -> Heard:
    return Heard(f"evt_{kind}", kind, round(at.timestamp() * 1000), recovered)


REPORT, STATUS = heard("end-of-call-report"), heard("status-update")


@pytest.mark.parametrize(
    ("fields", "received", "expected"),
    [
        ({}, [REPORT], "whole"),
        ({}, [STATUS], "missing"),
        ({}, [], "missing"),
        ({"ended": NOW - 3 * AGO}, [STATUS], "in progress"),
        ({"over": False}, [STATUS], "in progress"),
        ({"ended": None}, [], "in progress"),
        ({"ended": NOW - 3 * AGO}, [REPORT], "whole"),
        ({"answered": False}, [STATUS], "whole"),
        ({"answered": False}, [], "missing"),
    ],
)
def test_whether_anything_is_missing(fields: dict[str, Any], received: list[Heard], expected: str) -> None:
    assert verdict(a_call(**fields), received, FlireoCalls, NOW) == expected


def test_reports_that_are_made_here_are_due_for_every_call() -> None:
    unanswered = a_call(answered=False)
    assert verdict(unanswered, [heard("call-ended")], FluentsCalls, NOW) == "missing"


def test_a_conversation_that_went_on_has_something_to_report_again() -> None:
    talk = a_call(updated=NOW - 30 * AGO)
    assert verdict(talk, [heard("end-of-call-report", NOW - 20 * AGO)], OpenCxCalls, NOW) == "whole"
    assert verdict(talk, [heard("end-of-call-report", NOW - 40 * AGO)], OpenCxCalls, NOW) == "missing"


def test_the_grace_is_what_somebody_says() -> None:
    fresh = a_call(ended=NOW)
    assert verdict(fresh, [], FlireoCalls, NOW + AGO / 60, timedelta(0)) == "missing"


def test_a_call_gets_time_to_become_final() -> None:
    assert is_unfinished(a_call(ended=NOW - 10 * AGO), NOW)
    assert not is_unfinished(a_call(ended=NOW - 10 * AGO, final=True), NOW)
    assert not is_unfinished(a_call(ended=NOW - 30 * AGO), NOW)


def test_a_report_that_came_after_all() -> None:
    recovered = heard("end-of-call-report", recovered=True)
    assert came_twice([recovered, REPORT], FlireoCalls)
    assert not came_twice([recovered], FlireoCalls)
    assert not came_twice([REPORT], FlireoCalls)
    assert not came_twice([recovered, REPORT], OpenCxCalls)


def test_what_was_not_delivered() -> None:
    usual = frozenset({"status-update"})
    assert not_received(a_call(), [STATUS], FlireoCalls, usual) == {"end-of-call-report"}
    assert not_received(a_call(), [REPORT], FlireoCalls, usual) == {"status-update"}
    assert not_received(a_call(), [REPORT], FlireoCalls, frozenset()) == frozenset()
    assert not_received(a_call(), [heard("end-of-call-report", recovered=True)], FlireoCalls, usual) == {
        "status-update", "end-of-call-report",
    }  # fmt: skip
    assert not_received(a_call(answered=False), [], FlireoCalls, usual) == frozenset()
    assert not_received(a_call(), [], FluentsCalls, frozenset({"transcript"})) == {"transcript"}
