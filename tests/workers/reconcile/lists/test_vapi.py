from __future__ import annotations

import json
from typing import Any

from receiver.providers.vapi.normalise import normalise
from receiver.raw import RawDelivery
from tests.workers.clients.support import Platform, session
from workers.clients.vapi.models import Call
from workers.reconcile.lists.vapi import VapiCalls, record_of

WHOLE: dict[str, Any] = {
    "id": "c1", "type": "inboundPhoneCall", "status": "ended", "endedReason": "customer-ended-call",
    "customer": {"number": "+31612340001"}, "phoneNumberId": "n1", "cost": 0.12,
    "createdAt": "2026-03-02T09:00:00.000Z", "startedAt": "2026-03-02T09:00:01.000Z",
    "endedAt": "2026-03-02T09:01:01.000Z", "analysis": {"summary": "Short.", "structuredData": {"a": 1}},
    "artifact": {"transcript": "AI: Hello\n", "messages": [{"role": "bot", "message": "Hello"}]},
    "assistantOverrides": {"metadata": {"order": "A-1"}}, "monitor": {"controlUrl": "https://x.vapi.ai/secret"},
}  # fmt: skip


def test_a_call_that_ended() -> None:
    record = record_of(Call.model_validate(WHOLE), "+31850000001")
    call, report = record.call, record.report
    assert (record.over, record.answered, record.final, record.partial) == (True, True, True, False)
    assert (call.from_, call.to, call.status, call.direction) == ("+31612340001", "+31850000001", "ended", "inbound")
    assert (call.ended_reason, call.metadata) == ("customer-ended-call", {"order": "A-1"})
    assert (report.summary, report.transcript, report.cost, report.duration) == ("Short.", "AI: Hello\n", 0.12, 60.0)
    assert report.analysis["structuredData"] == {"a": 1}
    assert report.messages == [{"role": "bot", "message": "Hello"}]
    assert "secret" not in json.dumps(record.raw)


def test_its_own_report_has_the_same_key() -> None:
    message = {"type": "end-of-call-report", "call": {"id": "c1"}, "endedAt": WHOLE["endedAt"]}
    event = normalise(RawDelivery(json.dumps({"message": message}).encode()))
    assert event.dedup_key
    assert record_of(Call.model_validate(WHOLE)).dedup_key == event.dedup_key


def test_a_call_that_nobody_took_and_one_that_goes_on() -> None:
    lost = {"startedAt": None, "endedAt": None, "endedReason": "assistant-request-failed"}
    record = record_of(Call.model_validate(WHOLE | lost))
    assert (record.over, record.answered, record.call.status) == (True, False, "failed")
    going = record_of(Call.model_validate(WHOLE | {"status": "in-progress", "endedAt": None}))
    assert (going.over, going.call.status) == (False, "in-progress")


async def test_our_own_number_is_looked_up_once() -> None:
    routes = {f"GET /call/{name}": WHOLE | {"id": name} for name in ("c1", "c2")}
    platform = Platform(routes | {"GET /phone-number/n1": {"id": "n1", "number": "+31850000001"}})
    calls = VapiCalls(session(platform), "")
    assert record_of(Call.model_validate(WHOLE)).partial
    assert [(await calls.call(name)).call.to for name in ("c1", "c2")] == ["+31850000001"] * 2
    assert platform.said().count("GET /phone-number/n1") == 1


async def test_a_number_that_is_gone() -> None:
    platform = Platform({"GET /call/c1": WHOLE})
    calls = VapiCalls(session(platform), "")
    assert (await calls.call("c1")).call.to == ""
