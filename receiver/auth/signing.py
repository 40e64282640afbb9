"""The other side of `verify`: what a platform sends that proves itself by an entry. For trying a connection out."""

from __future__ import annotations

import base64
import hmac
from dataclasses import replace
from datetime import datetime
from uuid import uuid4

from receiver.auth.errors import BadEntry
from receiver.auth.secret import secret_bytes
from receiver.auth.signature import HmacDefaults, recipe, signature
from receiver.auth.standard import PUBLIC_PREFIX, SECRET_PREFIX
from receiver.auth.tokens import BEARER_HEADER, BEARER_PREFIX
from receiver.raw import RawDelivery
from store.connections import AuthEntry


def signed(raw: RawDelivery, entry: AuthEntry, now: datetime, defaults: HmacDefaults) -> RawDelivery:
    """The delivery with what this entry asks for; raises BadEntry where only the platform itself could sign."""
    match entry.scheme:
        case "hmac":
            return _hmac(raw, entry, now, defaults)
        case "standard":
            return _standard(raw, entry, now)
        case "path_token":
            return replace(raw, path_token=_text(entry))
        case "bearer":
            prefix = BEARER_PREFIX if entry.prefix is None else entry.prefix
            return _with(raw, {entry.header or BEARER_HEADER: f"{prefix} {_text(entry)}".lstrip()})
        case "header":
            return _with(raw, {entry.header: f"{entry.prefix or ''}{_text(entry)}"})
        case "none":
            return raw


def _hmac(raw: RawDelivery, entry: AuthEntry, now: datetime, defaults: HmacDefaults) -> RawDelivery:
    how = recipe(entry, defaults)
    if "timestamp" in how.parts[1::2]:
        raw = _with(raw, {how.timestamp_header: str(int(now.timestamp()))})
    return _with(raw, {how.header: (how.prefixes[0] + signature(raw, how)).decode()})


def _standard(raw: RawDelivery, entry: AuthEntry, now: datetime) -> RawDelivery:
    if entry.secret.startswith(PUBLIC_PREFIX):
        raise BadEntry("a public key signs nothing: only the platform has the key that does")
    key = secret_bytes(entry.secret.removeprefix(SECRET_PREFIX), entry.secret_encoding or "base64")
    message_id, stamp = f"msg_{uuid4().hex}", str(int(now.timestamp()))
    digest = hmac.digest(key, b".".join((message_id.encode(), stamp.encode(), raw.body)), "sha256")
    proof = {"id": message_id, "timestamp": stamp, "signature": f"v1,{base64.b64encode(digest).decode()}"}
    return _with(raw, {f"webhook-{name}": value for name, value in proof.items()})


def _text(entry: AuthEntry) -> str:
    """A shared secret as it travels."""
    return secret_bytes(entry.secret, entry.secret_encoding or "text").decode("latin-1")


def _with(raw: RawDelivery, headers: dict[str, str]) -> RawDelivery:
    return replace(raw, headers={**raw.headers, **{name.lower(): value for name, value in headers.items()}})
