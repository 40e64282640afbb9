"""Who must prove what at which door."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from typing import Any

import pytest

from receiver.auth import BadSignature, entry_problem
from receiver.providers.fluents import Fluents
from receiver.providers.fluents.signature import DEFAULTS, signed_headers
from receiver.raw import RawDelivery
from store.connections import AuthEntry
from store.request import Request

NOW = datetime.fromtimestamp(1790848855, UTC)
SECRET = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
BODY = b'{"payload": {"order_number": "A-1001"}, "call_id": "11111111-2222-4333-8444-555555555555"}'
COMPACT = b'{"payload":{"order_number":"A-1001"},"call_id":"11111111-2222-4333-8444-555555555555"}'
SIGNATURE = "mHOPpF7Kgto7fQPgXyjXSxMqFGidube+XMZthMaNB5E="
HMAC = AuthEntry(scheme="hmac", secret=SECRET)
TOKEN = AuthEntry(scheme="path_token", secret="a-token")
NONE = AuthEntry(scheme="none")


def holds(*auth: AuthEntry, body: bytes = BODY, token: str = "", signature: str = "", **request: Any) -> bool:
    headers = {"x-vocode-signature": signature} if signature else {}
    raw = RawDelivery(body, headers, Request(**request), path_token=token)
    try:
        Fluents().verify(raw, auth, NOW)
    except BadSignature:
        return False
    return True


@pytest.mark.parametrize(
    ("body", "signature"), [(BODY, SIGNATURE), (COMPACT, "04r+y7qzpxGZEmMJpXoC/3xKCcc+EEQp5FlrXsqX+Qw=")]
)
def test_known_signatures(body: bytes, signature: str) -> None:
    assert signed_headers(body, SECRET)["x-vocode-signature"] == signature
    assert holds(HMAC, body=body, signature=signature, door="tools", tool="look_up_order")


def test_only_the_very_bytes_hold() -> None:
    assert not holds(HMAC, body=COMPACT, signature=SIGNATURE, door="tools", tool="x")
    assert not holds(HMAC, body=BODY + b" ", signature=SIGNATURE, door="tools", tool="x")
    assert not holds(HMAC, signature=SIGNATURE.lower(), door="tools", tool="x")


def test_the_secret_is_base64_and_any_of_several_holds() -> None:
    other = AuthEntry(scheme="hmac", secret=base64.b64encode(b"another").decode())
    assert not holds(other, signature=SIGNATURE, door="tools", tool="x")
    assert holds(other, HMAC, signature=SIGNATURE, door="tools", tool="x")
    assert "not base64" in entry_problem(AuthEntry(scheme="hmac", secret="not base64!"), DEFAULTS)


def test_the_header_may_have_another_name() -> None:
    entry = AuthEntry(scheme="hmac", secret=SECRET, header="X-Fluents-Signature")
    raw = RawDelivery(BODY, {"x-fluents-signature": SIGNATURE}, Request(door="tools", tool="x"))
    Fluents().verify(raw, [entry], NOW)


@pytest.mark.parametrize(
    ("auth", "given", "expected"),
    [
        ([TOKEN], {"token": "a-token"}, True),
        ([TOKEN], {"token": "a-token", "signature": SIGNATURE}, True),
        ([TOKEN], {"signature": SIGNATURE}, False),
        ([TOKEN, HMAC], {"token": "a-token"}, False),
        ([TOKEN, HMAC], {"token": "a-token", "signature": "x"}, False),
        ([TOKEN, HMAC], {"signature": SIGNATURE}, True),
        ([TOKEN, HMAC], {"token": "a-token", "signature": SIGNATURE}, True),
        ([HMAC], {}, False),
        ([NONE], {}, True),
        ([NONE], {"signature": SIGNATURE}, False),
        ([NONE, HMAC], {}, False),
        ([], {"signature": SIGNATURE}, False),
    ],
)
def test_a_tool_is_signed_where_a_secret_is_configured(
    auth: list[AuthEntry], given: dict[str, Any], expected: bool
) -> None:
    assert holds(*auth, **given, door="tools", tool="look_up_order") == expected


def test_an_expired_secret_opens_no_other_way() -> None:
    expired = AuthEntry(scheme="hmac", secret=SECRET, not_after=datetime(2026, 1, 1, tzinfo=UTC))
    assert not holds(TOKEN, expired, token="a-token", signature=SIGNATURE, door="tools", tool="x")


@pytest.mark.parametrize("door", ["", "context"])
def test_elsewhere_the_token_is_enough(door: str) -> None:
    assert holds(TOKEN, HMAC, token="a-token", door=door)
    assert holds(TOKEN, HMAC, token="a-token", body=b"", method="GET", door=door, query={"phone_number": "1"})
    assert holds(HMAC, signature=SIGNATURE, door=door)
    assert not holds(TOKEN, HMAC, token="b-token", door=door)
    assert not holds(HMAC, door=door)


@pytest.mark.parametrize("door", ["", "context"])
def test_no_signature_covers_a_query(door: str) -> None:
    nothing = signed_headers(b"", SECRET)["x-vocode-signature"]
    query = {"type": "event_error", "phone_number": "31612340001"}
    assert not holds(HMAC, body=b"", signature=nothing, method="GET", door=door, query=query)
    assert not holds(HMAC, signature=SIGNATURE, door="context", query=query)
    assert holds(HMAC, signature=SIGNATURE, query=query)
