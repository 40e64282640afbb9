"""A secret is decoded as configured, and never empty."""

from __future__ import annotations

import pytest

from receiver.auth.errors import BadEntry
from receiver.auth.secret import secret_bytes


@pytest.mark.parametrize(
    ("secret", "encoding", "wanted"),
    [
        ("geheim", "text", b"geheim"),
        (" padded ", "text", b" padded "),
        ("00ff", "hex", b"\x00\xff"),
        ("AAECAw==", "base64", b"\x00\x01\x02\x03"),
        ("AAECAw", "base64", b"\x00\x01\x02\x03"),
    ],
)
def test_decodes(secret: str, encoding: str, wanted: bytes) -> None:
    assert secret_bytes(secret, encoding) == wanted


@pytest.mark.parametrize(
    ("secret", "encoding", "reason"),
    [
        ("", "text", "empty"),
        ("====", "base64", "empty"),
        ("  ", "hex", "empty"),
        ("not hex", "hex", "not hex"),
        ("a!b", "base64", "not base64"),
        ("é", "base64", "not base64"),
        ("A", "base64", "not base64"),
        ("${FRONT_DESK_WEBHOOK_SECRET}", "text", "not resolved"),
    ],
)
def test_refuses(secret: str, encoding: str, reason: str) -> None:
    with pytest.raises(BadEntry, match=reason):
        secret_bytes(secret, encoding)
