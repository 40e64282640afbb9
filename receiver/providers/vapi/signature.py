"""How a `webhook` credential of the kind hmac signs when nothing in it was changed."""

from __future__ import annotations

import hmac

from receiver.auth import HmacDefaults

DEFAULTS = HmacDefaults(
    header="x-signature",
    timestamp_header="x-timestamp",
    signed="{timestamp}.{body}",
)


def signed_headers(body: bytes, secret: str, timestamp: int) -> dict[str, str]:
    """The headers the platform sends with this body. The timestamp is in seconds, which is not documented."""
    digest = hmac.digest(secret.encode("utf-8"), f"{timestamp}.".encode() + body, "sha256").hex()
    return {
        "content-type": "application/json",
        DEFAULTS.timestamp_header: str(timestamp),
        DEFAULTS.header: digest,
    }
