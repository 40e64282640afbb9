"""Comparing what came with what was expected, in a time that tells nothing."""

from __future__ import annotations

import hmac


def same(given: bytes, wanted: bytes) -> bool:
    """Whether both are the same bytes; never true for an empty `wanted`."""
    return bool(wanted) and hmac.compare_digest(given, wanted)


def wire_bytes(value: str) -> bytes:
    """The bytes of a header as they were on the wire, where they are read as latin-1."""
    try:
        return value.encode("latin-1")
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogatepass")
