"""The bytes of a configured secret."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping

from receiver.auth.errors import BadEntry


def secret_bytes(secret: str, encoding: str) -> bytes:
    """Decode a secret written as text, hex or base64 (padding may be missing); raises BadEntry, also when empty."""
    if "${" in secret:
        raise BadEntry("the secret is a reference to a variable that was not resolved")
    try:
        decoded = _DECODERS[encoding](secret)
    except ValueError as error:
        raise BadEntry(f"the secret is not {encoding}") from error
    if not decoded:
        raise BadEntry("the secret is empty")
    return decoded


def _text(secret: str) -> bytes:
    return secret.encode("utf-8")


def _base64(secret: str) -> bytes:
    unpadded = secret.rstrip("=")
    return base64.b64decode(unpadded + "=" * (-len(unpadded) % 4), validate=True)


_DECODERS: Mapping[str, Callable[[str], bytes]] = {"text": _text, "hex": bytes.fromhex, "base64": _base64}
