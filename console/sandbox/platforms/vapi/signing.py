"""How Vapi proves itself, by the credential of its server: signed in one of three ways, a plain secret, or nothing."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from console.sandbox.courier import Outgoing

VapiAuth = Literal["hmac", "hmac_body", "svix", "bearer", "secret", "none"]
"""`hmac` is a credential as it is when only its secret was filled in; `svix` needs a base64 secret."""

Headers = dict[str, str]


@dataclass(frozen=True)
class VapiTarget:
    """A webhook and the credential that is attached to it."""

    url: str
    auth: VapiAuth
    secret: str = field(repr=False)

    def headers(self, event: str, body: bytes, timestamp: int) -> Headers:
        """The headers of one delivery; `timestamp` in seconds, and the event's name is in none of them."""
        return {"Content-Type": "application/json"} | _WRITERS[self.auth](body, self.secret, timestamp)

    def outgoing(self, event: str, body: bytes, timestamp: int, tool: str = "") -> Outgoing:
        """Everything is posted to the one URL."""
        return Outgoing(self.url, self.headers(event, body, timestamp), body)


def _hmac(body: bytes, secret: str, timestamp: int) -> Headers:
    digest = hmac.digest(secret.encode(), f"{timestamp}.".encode() + body, "sha256").hex()
    return {"x-timestamp": str(timestamp), "x-signature": digest}


def _hmac_body(body: bytes, secret: str, _: int) -> Headers:
    return {"x-signature": hmac.digest(secret.encode(), body, "sha256").hex()}


def _svix(body: bytes, secret: str, timestamp: int) -> Headers:
    """Copies of one delivery have the same id."""
    message_id = f"msg_{hashlib.sha256(body).hexdigest()[:20]}"
    digest = hmac.digest(base64.b64decode(secret), f"{message_id}.{timestamp}.".encode() + body, "sha256")
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"svix-id": message_id, "svix-timestamp": str(timestamp), "svix-signature": signature}


def _bearer(_: bytes, secret: str, __: int) -> Headers:
    return {"Authorization": f"Bearer {secret}"}


def _secret(_: bytes, secret: str, __: int) -> Headers:
    return {"X-Vapi-Secret": secret}


def _nothing(_: bytes, __: str, ___: int) -> Headers:
    return {}


_WRITERS: Mapping[VapiAuth, Callable[[bytes, str, int], Headers]] = {
    "hmac": _hmac,
    "hmac_body": _hmac_body,
    "svix": _svix,
    "bearer": _bearer,
    "secret": _secret,
    "none": _nothing,
}
