"""Answers are read without loss, whatever is missing from them."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workers.clients.support import damaged, round_trip
from workers.clients.vapi.models import Assistant, Call, PhoneNumber

NUMBER: dict[str, Any] = {
    "id": "pn-1", "orgId": "org-1", "provider": "twilio", "number": "+31850000001", "name": "Front desk",
    "status": "active", "assistantId": "as-1", "twilioAccountSid": "AC1", "twilioAuthToken": "example-token",
    "server": {"url": "https://x", "headers": {"Authorization": "Bearer example-token"}},
    "createdAt": "2026-10-01T10:00:00.000Z", "updatedAt": "2026-10-01T10:00:00.000Z",
}  # fmt: skip
ASSISTANT: dict[str, Any] = {
    "id": "as-1", "orgId": "org-1", "name": "Day desk", "firstMessage": "Hello.", "model": {"provider": "openai"},
    "voice": {"provider": "11labs"}, "server": {"url": "https://x"}, "metadata": {"team": "support"},
    "createdAt": "2026-10-01T10:00:00.000Z", "updatedAt": "2026-10-01T10:00:00.000Z", "credentialIds": ["cr-1"],
}  # fmt: skip
CALL: dict[str, Any] = {
    "id": "call-1", "orgId": "org-1", "name": "hookswitch 1", "type": "inboundPhoneCall", "status": "ended",
    "endedReason": "customer-ended-call", "customer": {"number": "+31612340001", "externalId": "x"},
    "phoneNumberId": "pn-1", "assistantId": "as-1", "monitor": {"listenUrl": "wss://l", "controlUrl": "https://c"},
    "analysis": {"summary": "Short.", "successEvaluation": "true", "structuredData": {"a": 1}}, "cost": 0.1,
    "artifact": {"transcript": "AI: Hello.", "recordingUrl": "https://r", "messages": [{"role": "bot"}]},
    "createdAt": "2026-10-01T10:00:00.000Z", "startedAt": "2026-10-01T10:00:02.000Z",
    "endedAt": "2026-10-01T10:01:02.500Z", "updatedAt": "2026-10-01T10:02:00.000Z", "costBreakdown": {"llm": 0.01},
}  # fmt: skip
SHAPES = [(PhoneNumber, NUMBER), (Assistant, ASSISTANT), (Call, CALL)]


@pytest.mark.parametrize(("model", "body"), SHAPES)
def test_nothing_is_lost(model: Any, body: dict[str, Any]) -> None:
    assert round_trip(model, body) == body


@given(st.sampled_from(SHAPES).flatmap(lambda shape: st.tuples(st.just(shape[0]), damaged(shape[1]))))
def test_whatever_is_missing_is_read(case: tuple[Any, Any]) -> None:
    model, body = case
    assert round_trip(model, body) == body
