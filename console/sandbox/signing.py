"""How Flireo signs a webhook: HMAC-SHA256, lower-case hex, over `timestamp + "." + raw body`.

Generation two writes the bare hex, generation three puts `sha256=` before it, generation one signs nothing.
The timestamp is Unix time in seconds.
"""

from __future__ import annotations

import hashlib
import hmac

from console.sandbox.script import Generation

USER_AGENT = "HMS-Sovereign/1.0"


def event_headers(generation: Generation, event: str, body: bytes, secret: str, timestamp: int) -> dict[str, str]:
    """The headers a delivery of this generation carries; without a secret there is no signature."""
    if generation == "g1":
        return {"Content-Type": "application/json"}
    headers = {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        "X-Webhook-Event": event,
        "X-Webhook-Timestamp": str(timestamp),
    }
    if secret:
        headers["X-Webhook-Signature"] = signature(generation, body, secret, timestamp)
    return headers


def signature(generation: Generation, body: bytes, secret: str, timestamp: int) -> str:
    """The value of X-Webhook-Signature."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    return f"sha256={digest}" if generation == "g3" else digest
