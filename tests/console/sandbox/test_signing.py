from __future__ import annotations

import pytest

from console.sandbox.script import Generation
from console.sandbox.signing import event_headers, signature

BODY = b'{"message":{"type":"status-update"}}'
KNOWN = "66639aeb9b06ebe086a1ec05f43ac0037b2df5c7bce295d5e04d5964c843786b"


@pytest.mark.parametrize(("generation", "expected"), [("g2", KNOWN), ("g3", f"sha256={KNOWN}")])
def test_the_known_value(generation: Generation, expected: str) -> None:
    assert signature(generation, BODY, "test-secret", 1_767_000_000) == expected


def test_the_first_generation_signs_nothing() -> None:
    assert event_headers("g1", "tool-calls", BODY, "secret", 1) == {"Content-Type": "application/json"}


def test_no_secret_no_signature() -> None:
    headers = event_headers("g3", "tool-calls", BODY, "", 1_767_000_000)
    assert headers == {
        "Content-Type": "application/json",
        "User-Agent": "HMS-Sovereign/1.0",
        "X-Webhook-Event": "tool-calls",
        "X-Webhook-Timestamp": "1767000000",
    }
