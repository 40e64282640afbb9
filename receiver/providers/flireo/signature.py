"""How the second and third generation sign; the first is not known to sign at all."""

from __future__ import annotations

import hmac

from receiver.auth import HmacDefaults

DEFAULTS = HmacDefaults(
    header="x-webhook-signature",
    timestamp_header="x-webhook-timestamp",
    signed="{timestamp}.{body}",
    prefix="sha256=",
    prefix_optional=True,
)
USER_AGENT = "HMS-Sovereign/1.0"


def signed_headers(body: bytes, secret: str, timestamp: int, native: str, generation: str = "g3") -> dict[str, str]:
    """The headers the platform sends with this body; `timestamp` in epoch seconds, `native` the event's own name.

    Generation two writes the signature without its `sha256=`.
    """
    digest = hmac.digest(secret.encode("utf-8"), f"{timestamp}.".encode() + body, "sha256").hex()
    return {
        "content-type": "application/json",
        "user-agent": USER_AGENT,
        "x-webhook-event": native,
        DEFAULTS.timestamp_header: str(timestamp),
        DEFAULTS.header: digest if generation == "g2" else DEFAULTS.prefix + digest,
    }
