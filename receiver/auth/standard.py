"""Scheme `standard`: Standard Webhooks, with the header names of the specification or of Svix.

Signed is `{id}.{timestamp}.{body}` with HMAC-SHA256; the signature header holds any number of `v1,<base64>` items
separated by spaces, so that a sender can rotate. Secrets are base64 after an optional `whsec_`.
Source: https://www.standardwebhooks.com and the reference library, which reads the clock by itself and therefore
serves our tests only.
"""

from __future__ import annotations

import base64
import hmac
from datetime import datetime

from receiver.auth.compare import same, wire_bytes
from receiver.auth.errors import BadSignature
from receiver.auth.secret import secret_bytes
from receiver.auth.window import DEFAULT_TOLERANCE, check_fresh
from receiver.raw import RawDelivery
from store.connections import AuthEntry

FAMILIES = ("webhook", "svix")
SECRET_PREFIX = "whsec_"  # noqa: S105
_MOST_SIGNATURES = 16


def carries_signature(raw: RawDelivery) -> bool:
    """Whether the sender signed in either family of headers."""
    return any(raw.header(f"{family}-signature") for family in FAMILIES)


def check_standard(raw: RawDelivery, entry: AuthEntry, now: datetime) -> None:
    """Raise BadSignature unless one family of headers holds a signature that the entry's secret makes."""
    key = standard_key(entry)
    family = next((name for name in FAMILIES if raw.header(f"{name}-signature")), "")
    if not family:
        raise BadSignature("no signature")
    message_id, timestamp = raw.header(f"{family}-id"), raw.header(f"{family}-timestamp")
    if not message_id:
        raise BadSignature("no message id")
    check_fresh(timestamp, now, DEFAULT_TOLERANCE if entry.tolerance is None else entry.tolerance)
    signed = b".".join((wire_bytes(message_id), timestamp.encode(), raw.body))
    wanted = b"v1," + base64.b64encode(hmac.digest(key, signed, "sha256"))
    items = raw.header(f"{family}-signature").split(" ")[:_MOST_SIGNATURES]
    if not any(same(wire_bytes(item), wanted) for item in items):
        raise BadSignature("the signature does not match")


def standard_key(entry: AuthEntry) -> bytes:
    """The key behind a `whsec_` secret; raises BadEntry."""
    return secret_bytes(entry.secret.removeprefix(SECRET_PREFIX), entry.secret_encoding or "base64")
