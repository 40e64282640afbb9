from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from receiver.providers.flireo.normalise import normalise
from receiver.raw import RawDelivery
from workers.clients.flireo.models import Call
from workers.reconcile.lists.flireo import record_of

WHOLE: dict[str, Any] = {
    "id": "call-1", "caller_phone": "+31612340001", "assistant_phone": "+31850000001", "status": "ended",
    "direction": "inbound", "end_reason": "user_hangup", "created_at": "2026-03-02T09:00:00Z",
    "started_at": "2026-03-02T09:00:02Z", "ended_at": "2026-03-02T09:01:13Z", "duration_seconds": 71,
    "summary": "Opening hours.", "analysis_result": {"happy": True}, "recording_url": "https://r.example/1",
    "messages": [{"role": "assistant", "content": "Hello"}, {"role": "user", "content": "Hi"}],
}  # fmt: skip


def test_a_call_that_ended() -> None:
    record = record_of(Call.model_validate(WHOLE))
    assert (record.over, record.answered, record.final, record.partial) == (True, True, True, False)
    assert (record.began, record.ended) == (
        datetime(2026, 3, 2, 9, 0, tzinfo=UTC), datetime(2026, 3, 2, 9, 1, 13, tzinfo=UTC),
    )  # fmt: skip
    call, report = record.call, record.report
    assert (call.from_, call.to, call.status, call.ended_reason) == (
        "+31612340001", "+31850000001", "ended", "user_hangup",
    )  # fmt: skip
    assert (report.duration, report.summary, report.analysis) == (71.0, "Opening hours.", {"happy": True})
    assert report.transcript == "assistant: Hello\nuser: Hi"
    assert report.messages[1]["content"] == "Hi"
    assert record.raw["id"] == "call-1"


def test_its_own_report_has_the_same_key() -> None:
    body = b'{"message": {"type": "end-of-call-report", "call": {"id": "call-1"}, "duration_seconds": 3}}'
    event = normalise(RawDelivery(body))
    assert event.dedup_key
    assert record_of(Call.model_validate(WHOLE)).dedup_key == event.dedup_key


@pytest.mark.parametrize(
    ("fields", "over", "answered", "status"),
    [
        ({"status": "in-progress", "ended_at": None}, False, True, "in-progress"),
        ({"status": "rejected", "started_at": None, "ended_at": None}, True, False, "failed"),
        ({"status": "never-heard-of"}, True, True, ""),
        ({"status": "in-progress"}, True, True, "ended"),
        ({"status": None, "ended_at": None, "started_at": None}, False, False, ""),
    ],
)
def test_other_states(fields: dict[str, Any], over: bool, answered: bool, status: str) -> None:
    record = record_of(Call.model_validate(WHOLE | fields))
    assert (record.over, record.answered, record.call.status) == (over, answered, status)


def test_a_list_without_messages_tells_less() -> None:
    assert record_of(Call.model_validate(WHOLE | {"messages": None})).partial


def test_a_hidden_caller_and_strange_fields() -> None:
    odd = {"caller_phone": "anonymous", "duration_seconds": "x", "messages": "none", "analysis_result": 3}
    record = record_of(Call.model_validate(WHOLE | odd))
    assert (record.call.from_, record.report.duration, record.report.analysis) == ("", 0.0, {})
