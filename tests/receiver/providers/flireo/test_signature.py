"""Our signing is the platform's, and our checking takes both its spellings."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.auth import BadSignature, verify
from receiver.providers.flireo.signature import DEFAULTS, signed_headers
from receiver.raw import RawDelivery
from store.connections import AuthEntry

NOW = datetime.fromtimestamp(1767000000, UTC)
BODY = b'{"message":{"type":"status-update"}}'
KNOWN = "66639aeb9b06ebe086a1ec05f43ac0037b2df5c7bce295d5e04d5964c843786b"
ENTRY = AuthEntry(scheme="hmac", secret="test-secret")


@pytest.mark.parametrize(("generation", "signature"), [("g2", KNOWN), ("g3", "sha256=" + KNOWN)])
def test_the_known_value(generation: str, signature: str) -> None:
    headers = signed_headers(BODY, "test-secret", 1767000000, "status-update", generation)
    assert headers["x-webhook-signature"] == signature
    assert headers["x-webhook-timestamp"] == "1767000000"
    assert headers["x-webhook-event"] == "status-update"
    verify(RawDelivery(BODY, headers), [ENTRY], NOW, DEFAULTS)


@pytest.mark.parametrize(("offset", "holds"), [(-301, False), (-300, True), (300, True), (301, False)])
def test_the_window(offset: int, holds: bool) -> None:
    raw = RawDelivery(BODY, signed_headers(BODY, "test-secret", 1767000000 + offset, "status-update"))
    if holds:
        verify(raw, [ENTRY], NOW, DEFAULTS)
        return
    with pytest.raises(BadSignature, match="window"):
        verify(raw, [ENTRY], NOW, DEFAULTS)


@given(body=st.binary(), secret=st.text(min_size=1), other=st.text(min_size=1))
def test_only_the_secret_that_signed_holds(body: bytes, secret: str, other: str) -> None:
    raw = RawDelivery(body, signed_headers(body, secret + "x", 1767000000, "tool-calls"))
    verify(raw, [AuthEntry(scheme="hmac", secret=secret + "x")], NOW, DEFAULTS)
    if other.rstrip("\0") != (secret + "x").rstrip("\0"):
        with pytest.raises(BadSignature):
            verify(raw, [AuthEntry(scheme="hmac", secret=other)], NOW, DEFAULTS)
