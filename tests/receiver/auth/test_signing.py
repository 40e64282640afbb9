from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from receiver.auth import BadEntry, BadSignature, HmacDefaults, verify
from receiver.auth.signing import signed
from receiver.raw import RawDelivery
from store.connections import AuthEntry

NOW = datetime.fromtimestamp(1767000000, UTC)
DEFAULTS = HmacDefaults(header="x-sig", timestamp_header="x-time", prefix="v=")
KEY = base64.b64encode(b"a key of twenty-four b.").decode()

ENTRIES: list[dict[str, Any]] = [
    {"scheme": "hmac", "secret": "s"},
    {"scheme": "hmac", "secret": "s", "signed": "{body}", "encoding": "base64", "algorithm": "sha512", "prefix": ""},
    {"scheme": "hmac", "secret": "00ff", "secret_encoding": "hex", "header": "X-Other"},
    {"scheme": "standard", "secret": f"whsec_{KEY}"},
    {"scheme": "bearer", "secret": "s"},
    {"scheme": "bearer", "secret": "s", "header": "X-Token", "prefix": ""},
    {"scheme": "header", "secret": "s", "header": "X-Token"},
    {"scheme": "header", "secret": "s", "header": "X-Token", "prefix": "Key "},
    {"scheme": "path_token", "secret": "s"},
    {"scheme": "none"},
]


@pytest.mark.parametrize("fields", ENTRIES)
def test_what_is_signed_holds(fields: dict[str, Any]) -> None:
    entry = AuthEntry(**fields)
    proven = signed(RawDelivery(b'{"a": 1}', {"content-type": "x"}), entry, NOW, DEFAULTS)
    verify(proven, [entry], NOW, DEFAULTS)
    assert proven.header("content-type") == "x"


@pytest.mark.parametrize("fields", ENTRIES[:1] + ENTRIES[3:4])
def test_a_signature_is_as_old_as_its_moment(fields: dict[str, Any]) -> None:
    entry = AuthEntry(**fields)
    with pytest.raises(BadSignature, match="outside the window"):
        verify(signed(RawDelivery(b"{}"), entry, NOW - timedelta(hours=1), DEFAULTS), [entry], NOW, DEFAULTS)


def test_nobody_signs_with_a_public_key() -> None:
    with pytest.raises(BadEntry, match="public key signs nothing"):
        signed(RawDelivery(b"{}"), AuthEntry(scheme="standard", secret=f"whpk_{KEY}"), NOW, DEFAULTS)
