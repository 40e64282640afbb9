from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from workers.clients.fluents.models import Call
from workers.reconcile.lists.fluents import record_of

ENDED = datetime(2026, 3, 2, 9, 1, tzinfo=UTC)
SOON, LATER = ENDED + timedelta(seconds=5), ENDED + timedelta(minutes=3)
WHOLE: dict[str, Any] = {
    "id": "c1", "status": "ended", "stage": "picked_up", "stage_outcome": "human_disconnected",
    "to_number": "31850000001", "from_number": "+31612340001", "is_outgoing": False, "recording_available": True,
    "start_time": "2026-03-02T09:00:00Z", "end_time": ENDED.timestamp(), "context": {"order": "A-1"},
    "transcript": "BOT: Hello\nHUMAN: Hi\nBOT_ACTION_START: transfer",
    "telephony_account_connection": {"id": "x", "credentials": {"token": "of the carrier"}},
}  # fmt: skip


def test_a_call_that_is_final() -> None:
    record = record_of(Call.model_validate(WHOLE), "https://api/recording?id=c1", SOON)
    call, report = record.call, record.report
    assert (record.over, record.answered, record.final) == (True, True, True)
    assert (call.from_, call.to, call.direction, call.status) == ("+31612340001", "+31850000001", "inbound", "ended")
    assert (call.ended_reason, call.metadata) == ("human_disconnected", {"order": "A-1"})
    assert report.messages == [{"role": "assistant", "content": "Hello"}, {"role": "user", "content": "Hi"}]
    assert (report.duration, report.recording_url) == (60.0, "https://api/recording?id=c1")
    assert report.analysis == {"stage": "picked_up", "stage_outcome": "human_disconnected"}
    assert "of the carrier" not in json.dumps(record.raw)


@pytest.mark.parametrize(
    ("fields", "now", "final"),
    [
        ({"recording_available": False}, SOON, False),
        ({"recording_available": False}, LATER, True),
        ({"transcript": None}, LATER, False),
        ({"transcript": None, "hipaa_compliant": True, "recording_available": False}, SOON, True),
        ({"transcript": None, "stage_outcome": "call_did_not_connect"}, SOON, True),
        ({"transcript": None, "status": "error"}, SOON, True),
        ({"status": "in_progress"}, LATER, False),
        ({"end_time": None, "recording_available": None}, LATER, False),
    ],
)
def test_when_nothing_more_will_become_known(fields: dict[str, Any], now: datetime, final: bool) -> None:
    assert record_of(Call.model_validate(WHOLE | fields), "", now).final is final


def test_a_call_that_nobody_answered() -> None:
    record = record_of(Call.model_validate(WHOLE | {"stage_outcome": "human_unanswered"}), "", SOON)
    assert (record.answered, record.call.status) == (False, "failed")


def test_one_key_a_call() -> None:
    keys = {record_of(Call.model_validate(WHOLE | {"id": each}), "", SOON).dedup_key for each in ("a", "a", "b")}
    assert len(keys) == 2
