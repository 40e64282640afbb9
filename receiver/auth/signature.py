"""Scheme `hmac`: a keyed hash over a template of the delivery's own bytes.

The template is text with `{body}` (the raw bytes), `{timestamp}` (the timestamp header exactly as sent), `{method}`,
and `{any-header-name}`. It must contain the body. The signature header must hold exactly one signature, written exactly
as we write it (hex in lower case, base64 with padding): two signatures joined by a comma do not match.
"""

from __future__ import annotations

import base64
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from receiver.auth.compare import same, wire_bytes
from receiver.auth.errors import BadEntry, BadSignature
from receiver.auth.secret import secret_bytes
from receiver.auth.window import DEFAULT_TOLERANCE, check_fresh
from receiver.raw import RawDelivery
from store.connections import AuthEntry

_TOKEN = re.compile(r"\{([A-Za-z0-9_-]+)\}")


@dataclass(frozen=True)
class HmacDefaults:
    """How a platform signs where the connection does not say otherwise; an empty `signed` follows the timestamp."""

    header: str = ""
    timestamp_header: str = ""
    signed: str = ""
    prefix: str = ""
    prefix_optional: bool = False
    encoding: str = "hex"
    algorithm: str = "sha256"
    secret_encoding: str = "text"  # noqa: S105
    tolerance: float = DEFAULT_TOLERANCE


@dataclass(frozen=True)
class Recipe:
    """The defaults with an entry's overrides applied: everything needed to check one delivery."""

    key: bytes
    header: str
    timestamp_header: str
    timed: bool
    """Whether the timestamp is signed, and so must be fresh."""
    parts: tuple[str, ...]
    """Literal text and token names by turns, beginning with text."""
    prefixes: tuple[bytes, ...]
    encoding: str
    algorithm: str
    tolerance: float


@lru_cache(maxsize=256)
def recipe(entry: AuthEntry, defaults: HmacDefaults) -> Recipe:
    """Raise BadEntry when this entry cannot work with these defaults."""
    header = (entry.header or defaults.header).lower()
    if not header:
        raise BadEntry("the header of the signature is not configured")
    timestamp_header = (entry.timestamp_header or defaults.timestamp_header).lower()
    parts = template_parts(entry.signed or defaults.signed, timestamp_header)
    return Recipe(
        key=secret_bytes(entry.secret, entry.secret_encoding or defaults.secret_encoding),
        header=header,
        timestamp_header=timestamp_header,
        timed="timestamp" in parts[1::2],
        parts=parts,
        prefixes=tuple(prefix.encode() for prefix in _prefixes(entry, defaults)),
        encoding=entry.encoding or defaults.encoding,
        algorithm=entry.algorithm or defaults.algorithm,
        tolerance=defaults.tolerance if entry.tolerance is None else entry.tolerance,
    )


def check_hmac(raw: RawDelivery, entry: AuthEntry, now: datetime, defaults: HmacDefaults) -> None:
    """Raise BadSignature unless the delivery carries the signature that the entry's secret makes."""
    how = recipe(entry, defaults)
    given = raw.header(how.header)
    if not given:
        raise BadSignature("no signature")
    if how.timed:
        check_fresh(raw.header(how.timestamp_header), now, how.tolerance)
    digest, came = signature(raw, how), wire_bytes(given)
    if not any(same(came, prefix + digest) for prefix in how.prefixes):
        raise BadSignature("the signature does not match")


def signature(raw: RawDelivery, how: Recipe) -> bytes:
    """What belongs into the signature header behind its prefix."""
    return _encoded(_digest(raw, how), how.encoding)


def template_parts(template: str, timestamp_header: str) -> tuple[str, ...]:
    """Split a template into literal text and tokens; raises BadEntry when it would sign too little."""
    if not template:
        template = "{timestamp}.{body}" if timestamp_header else "{body}"
    parts = _TOKEN.split(template)
    parts[1::2] = [_token(name, timestamp_header) for name in parts[1::2]]
    if "url" in parts[1::2]:
        raise BadEntry("the signed template has a {url}: write the address itself, as the platform knows it")
    if "body" not in parts[1::2]:
        raise BadEntry("the signed template has no {body}")
    if "timestamp" in parts[1::2] and not timestamp_header:
        raise BadEntry("the signed template has a {timestamp} but no timestamp_header is configured")
    return tuple(parts)


def _token(name: str, timestamp_header: str) -> str:
    lowered = name.lower()
    return "timestamp" if lowered == timestamp_header else lowered


def _prefixes(entry: AuthEntry, defaults: HmacDefaults) -> tuple[str, ...]:
    if entry.prefix is not None:
        return (entry.prefix,)
    return (defaults.prefix, "") if defaults.prefix and defaults.prefix_optional else (defaults.prefix,)


def _digest(raw: RawDelivery, how: Recipe) -> bytes:
    return hmac.digest(how.key, b"".join(_signed_pieces(raw, how)), how.algorithm)


def _signed_pieces(raw: RawDelivery, how: Recipe) -> Iterator[bytes]:
    for index, part in enumerate(how.parts):
        if part == "body" and index % 2:
            yield raw.body
        elif part:
            yield _signed_header(raw, how, part) if index % 2 else part.encode("utf-8")


def _signed_header(raw: RawDelivery, how: Recipe, name: str) -> bytes:
    if name == "method":
        return wire_bytes(raw.request.method)
    value = raw.header(how.timestamp_header if name == "timestamp" else name)
    if not value:
        raise BadSignature("a signed header is missing")
    return wire_bytes(value)


def _encoded(digest: bytes, encoding: str) -> bytes:
    return base64.b64encode(digest) if encoding == "base64" else digest.hex().encode()
