from __future__ import annotations

from datetime import UTC, datetime

import orjson

from store.event import Call, Report
from tests.store.builders import an_event
from workers.reconcile.record import CallRecord, report_of, subject_of

NINE, TEN = datetime(2026, 3, 2, 9, tzinfo=UTC), datetime(2026, 3, 2, 10, tzinfo=UTC)
RECORD = CallRecord(
    id="s1", native="session", call=Call(status="ended", metadata={"session_id": "s1"}),
    report=Report(transcript="user: Hi"), began=NINE, ended=TEN, over=True, dedup_key="key", raw={"id": "s1"},
)  # fmt: skip


def test_what_a_call_is_known_by() -> None:
    call = Call(id="c1", metadata={"session_id": "s1"})
    assert subject_of(an_event(call=call)) == "c1"
    assert subject_of(an_event(call=call, provider="opencx")) == "s1"


def test_the_event_that_a_call_ends_with() -> None:
    heard = an_event("call-ended", call=Call(id="c1", from_="+31612340001", status="in-progress", metadata={"a": 1}))
    report = report_of(RECORD, heard, "background")
    event = report.event
    assert (event.kind, event.native, event.connection) == ("end-of-call-report", "session", "desk")
    assert (event.call.id, event.call.from_, event.call.status) == ("c1", "+31612340001", "ended")
    assert event.call.metadata == {"a": 1, "session_id": "s1"}
    assert (event.report.transcript, event.occurred_at, event.dedup_key) == ("user: Hi", TEN, "key")
    assert event.id != heard.id
    assert (report.lane, orjson.loads(report.body), event.recovered) == ("background", {"id": "s1"}, False)
    assert not event.waits


def test_a_recovered_one_says_so() -> None:
    event = report_of(RECORD, an_event(), "bulk", recovered=True).event
    assert event.recovered
    assert b'"recovered":true' in event.to_json()


def test_the_last_that_is_known_of_a_call() -> None:
    assert RECORD.last == TEN
    assert RECORD.model_copy(update={"updated": NINE}).last == NINE
    assert RECORD.model_copy(update={"ended": None}).last == NINE
