"""Custom external actions are signed; event webhooks and the context endpoint are not known to be.

The signature covers the raw body and nothing else: neither the tool's name, which stands in the URL, nor a query, nor
any time.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Sequence

from receiver.auth import HmacDefaults
from receiver.providers.fluents.envelope import CONTEXT, TOOLS
from receiver.raw import RawDelivery
from store.connections import AuthEntry

DEFAULTS = HmacDefaults(
    header="x-vocode-signature",
    signed="{body}",
    encoding="base64",
    secret_encoding="base64",  # noqa: S106
)

_SIGNATURES = frozenset({"hmac", "standard"})


def proving(raw: RawDelivery, auth: Sequence[AuthEntry]) -> Sequence[AuthEntry]:
    """The entries of which one must hold for this delivery.

    Where a secret is configured, a tool must be signed with it, whatever token its URL holds. Elsewhere a signature
    counts only where it covers all that is read, so never for a query.
    """
    signing = [entry for entry in auth if entry.scheme in _SIGNATURES]
    if raw.request.door == TOOLS:
        return signing or auth
    return auth if _covered(raw) else [entry for entry in auth if entry not in signing]


def _covered(raw: RawDelivery) -> bool:
    reads_query = raw.request.door == CONTEXT and bool(raw.request.query)
    return bool(raw.body) and not reads_query


def signed_headers(body: bytes, secret: str) -> dict[str, str]:
    """The headers of a custom external action with this body; `secret` in base64, as the platform gives it."""
    digest = hmac.digest(base64.b64decode(secret), body, "sha256")
    return {
        "accept": "application/json",
        "content-type": "application/json",
        DEFAULTS.header: base64.b64encode(digest).decode(),
    }
