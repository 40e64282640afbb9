"""Schemes `bearer`, `header` and `path_token`: a shared secret that travels as it is."""

from __future__ import annotations

from receiver.auth.compare import same, wire_bytes
from receiver.auth.errors import BadSignature
from receiver.auth.secret import secret_bytes
from receiver.raw import RawDelivery
from store.connections import AuthEntry

BEARER_HEADER = "authorization"
BEARER_PREFIX = "Bearer"


def check_bearer(raw: RawDelivery, entry: AuthEntry) -> None:
    """Raise BadSignature unless the header holds the secret after its prefix, whose case does not matter."""
    prefix = BEARER_PREFIX if entry.prefix is None else entry.prefix
    _check(wire_bytes(_after_prefix(raw.header(entry.header or BEARER_HEADER), prefix)), entry)


def check_header(raw: RawDelivery, entry: AuthEntry) -> None:
    """Raise BadSignature unless the named header is the secret, after its prefix where one is configured."""
    _check(wire_bytes(_after_prefix(raw.header(entry.header), entry.prefix or "")), entry)


def check_path_token(raw: RawDelivery, entry: AuthEntry) -> None:
    """Raise BadSignature unless the last segment of the path is the secret."""
    _check(raw.path_token.encode("utf-8", "surrogatepass"), entry)


def _after_prefix(value: str, prefix: str) -> str:
    if not prefix:
        return value
    if value[: len(prefix)].lower() != prefix.lower():
        return ""
    return value[len(prefix) :].lstrip(" ")


def _check(given: bytes, entry: AuthEntry) -> None:
    wanted = secret_bytes(entry.secret, entry.secret_encoding or "text")
    if not given:
        raise BadSignature("no token")
    if not same(given, wanted):
        raise BadSignature("the token does not match")
