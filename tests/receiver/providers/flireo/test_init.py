"""The provider as a whole."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from receiver.providers.base import Answer, BadSignature
from receiver.providers.flireo import Flireo
from receiver.providers.flireo.signature import signed_headers
from receiver.raw import RawDelivery
from store.connections import AuthEntry
from store.event import Event

FLIREO = Flireo()
NOW = datetime.fromtimestamp(1767000000, UTC)
BODY = b'{"message":{"type":"status-update"}}'


@pytest.mark.parametrize(
    ("kind", "generation", "deadline"),
    [
        ("assistant-request", "g1", 4.0),
        ("assistant-request", "g2", 4.0),
        ("assistant-request", "g3", 4.0),
        ("tool-calls", "g1", 4.0),
        ("tool-calls", "g2", 8.0),
        ("tool-calls", "g3", 8.0),
        ("tool-calls", "", 4.0),
        ("status-update", "g1", None),
        ("end-of-call-report", "g3", None),
        ("unreadable", "", None),
    ],
)
def test_deadlines(kind: str, generation: str, deadline: float | None) -> None:
    assert FLIREO.deadline(Event(kind=kind, generation=generation)) == deadline


def test_a_delivery_all_the_way() -> None:
    raw = RawDelivery(BODY, signed_headers(BODY, "test-secret", 1767000000, "status-update"), connection="front_desk")
    FLIREO.verify(raw, [AuthEntry(scheme="hmac", secret="test-secret")], NOW)
    (event,) = FLIREO.normalise(raw)
    assert (event.provider, event.connection, event.kind) == ("flireo", "front_desk", "status-update")
    assert event.received_at == raw.received_at
    assert FLIREO.reply(event, [Answer({})]).body == {}


def test_unsigned_deliveries_need_another_scheme() -> None:
    raw = RawDelivery(BODY, path_token="unguessable")
    FLIREO.verify(raw, [AuthEntry(scheme="path_token", secret="unguessable")], NOW)
    with pytest.raises(BadSignature, match="no signature"):
        FLIREO.verify(raw, [AuthEntry(scheme="hmac", secret="test-secret")], NOW)
    with pytest.raises(BadSignature):
        FLIREO.verify(raw, [], NOW)
