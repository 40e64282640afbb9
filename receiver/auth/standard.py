"""Scheme `standard`: Standard Webhooks, with the header names of the specification or of Svix.

Signed is `{id}.{timestamp}.{body}`; the signature header holds any number of items separated by spaces, so that a
sender can rotate. `v1,<base64>` is HMAC-SHA256 under a secret in base64 after an optional `whsec_`; `v1a,<base64>` is
ed25519, checked with a public key in base64 after `whpk_`. A key counts for its own sort of signature alone.
Source: https://www.standardwebhooks.com and the reference library, which reads the clock by itself, knows no `v1a`, and
therefore serves our tests only.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Callable
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from receiver.auth.compare import same, wire_bytes
from receiver.auth.errors import BadEntry, BadSignature
from receiver.auth.secret import secret_bytes
from receiver.auth.window import DEFAULT_TOLERANCE, check_fresh
from receiver.raw import RawDelivery
from store.connections import AuthEntry

FAMILIES = ("webhook", "svix")
SECRET_PREFIX = "whsec_"  # noqa: S105
PUBLIC_PREFIX = "whpk_"
_SYMMETRIC, _ASYMMETRIC = b"v1,", b"v1a,"
_MOST_SIGNATURES = 16

Holds = Callable[[bytes, bytes], bool]
"""One item of the signature header, what was signed → whether the item signs it."""


def carries_signature(raw: RawDelivery) -> bool:
    """Whether the sender signed in either family of headers."""
    return any(raw.header(f"{family}-signature") for family in FAMILIES)


def check_standard(raw: RawDelivery, entry: AuthEntry, now: datetime) -> None:
    """Raise BadSignature unless one family of headers holds a signature that belongs to the entry's key."""
    holds = standard_key(entry)
    family = next((name for name in FAMILIES if raw.header(f"{name}-signature")), "")
    if not family:
        raise BadSignature("no signature")
    message_id, timestamp = raw.header(f"{family}-id"), raw.header(f"{family}-timestamp")
    if not message_id:
        raise BadSignature("no message id")
    check_fresh(timestamp, now, DEFAULT_TOLERANCE if entry.tolerance is None else entry.tolerance)
    signed = b".".join((wire_bytes(message_id), timestamp.encode(), raw.body))
    items = raw.header(f"{family}-signature").split(" ")[:_MOST_SIGNATURES]
    if not any(holds(wire_bytes(item), signed) for item in items):
        raise BadSignature("the signature does not match")


def standard_key(entry: AuthEntry) -> Holds:
    """What checks a signature with a `whsec_` secret or a `whpk_` public key; raises BadEntry."""
    if entry.secret.startswith(PUBLIC_PREFIX):
        return _public(secret_bytes(entry.secret.removeprefix(PUBLIC_PREFIX), entry.secret_encoding or "base64"))
    key = secret_bytes(entry.secret.removeprefix(SECRET_PREFIX), entry.secret_encoding or "base64")
    return lambda item, signed: same(item, _SYMMETRIC + base64.b64encode(hmac.digest(key, signed, "sha256")))


def _public(key: bytes) -> Holds:
    try:
        public = Ed25519PublicKey.from_public_bytes(key)
    except ValueError as error:
        raise BadEntry("a public key (whpk_) has 32 bytes") from error

    def holds(item: bytes, signed: bytes) -> bool:
        if not item.startswith(_ASYMMETRIC):
            return False
        try:
            public.verify(base64.b64decode(item.removeprefix(_ASYMMETRIC), validate=True), signed)
        except (InvalidSignature, ValueError):
            return False
        return True

    return holds
