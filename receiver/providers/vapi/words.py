"""The platform's words in neutral ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from receiver.providers.payload import text

STATUSES: Mapping[str, str] = {
    "ringing": "ringing",
    "in-progress": "in-progress",
    "forwarding": "forwarding",
    "ended": "ended",
}
"""Native status → ours; `scheduled`, `queued`, `not-found` and `deletion-failed` say nothing that ours could."""

IMPLIED_STATUS: Mapping[str, str] = {
    "assistant-request": "ringing",
    "tool-calls": "in-progress",
    "transfer-request": "in-progress",
    "knowledge-request": "in-progress",
    "end-of-call-report": "ended",
}
"""What a kind says about the call where the platform sends no status."""

DIRECTIONS: Mapping[str, str] = {
    "inboundPhoneCall": "inbound",
    "outboundPhoneCall": "outbound",
    "webCall": "web",
    "vapi.websocketCall": "web",
}

_TROUBLE = re.compile(
    r"error|fault|fail|not-found|not-valid|invalid|worker-shutdown|assistant-join-timed-out|returned-no-assistant"
)
_ROLES: Mapping[str, str] = {"bot": "assistant"}
_ANONYMOUS = frozenset({"anonymous", "restricted", "private", "unknown", "unavailable", "withheld", "blocked"})


def status(native: str, kind: str, ended_reason: str) -> str:
    """The neutral status. A call that ended for a reason that tells of trouble has failed."""
    found = STATUSES.get(native.strip().lower()) or IMPLIED_STATUS.get(kind, "")
    return "failed" if found == "ended" and _TROUBLE.search(ended_reason) else found


def role(native: Any) -> str:
    """Who spoke; the assistant is called `bot` in artifacts."""
    found = text(native)
    return _ROLES.get(found, found)


def party(value: Any) -> str:
    """A number or SIP address; nothing for a caller who hides it."""
    number = text(value).strip()
    user = number.lower().removeprefix("sip:").partition("@")[0].lstrip("+")
    return "" if user in _ANONYMOUS else number
