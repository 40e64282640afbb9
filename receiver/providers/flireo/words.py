"""The platform's words in neutral ones."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from receiver.providers.payload import canonical, text

STATUSES: Mapping[str, str] = {
    "connecting": "ringing",
    "dialing": "ringing",
    "ringing": "ringing",
    "in-progress": "in-progress",
    "transferred": "forwarding",
    "ended": "ended",
    "ended-with-debugging": "failed",
    "ended-with-error": "failed",
    "failed": "failed",
    "rejected": "failed",
    "insufficient-credits": "failed",
}
"""Native status → ours. Four are seen in events, the others in the platform's REST call object."""

IMPLIED_STATUS: Mapping[str, str] = {
    "assistant-request": "ringing",
    "tool-calls": "in-progress",
    "end-of-call-report": "ended",
}
"""What a kind says about the call where the platform sends no status."""

_SELF_EXPLAINING = frozenset({"connecting", "dialing", "ringing", "in-progress", "ended"})
_ANONYMOUS = frozenset({"anonymous", "restricted", "private", "unknown", "unavailable", "withheld", "blocked"})
_DIRECTION = re.compile(r"(inbound|outbound|web)(?:_?phone)?_?call")


def status(native: str, kind: str) -> str:
    """The neutral status; for a word that was never documented, what the kind implies or nothing."""
    return STATUSES.get(_plain(native)) or IMPLIED_STATUS.get(kind, "")


def ended_reason(native: str, reason: str, problem: str) -> str:
    """The platform's own words: the reason it gives, else a status that tells more than ours, then any error text."""
    word = _plain(native)
    why = reason or (word if word not in _SELF_EXPLAINING else "")
    return ": ".join(part for part in (why, problem) if part)


def problem_text(value: Any) -> str:
    """An error as text, however it was sent."""
    if isinstance(value, dict):
        return text(value.get("message")) or (canonical(value).decode() if value else "")
    return text(value)


def direction(call_type: Any) -> str:
    """inbound, outbound or web from `inboundPhoneCall` or `inbound_phone_call` and their like."""
    return _direction(text(call_type))


@lru_cache(maxsize=256)
def _direction(call_type: str) -> str:
    found = _DIRECTION.fullmatch(call_type.lower())
    return found[1] if found else ""


def party(value: Any) -> str:
    """A number or SIP address; nothing for a web call and for a caller who hides it."""
    number = text(value).strip()
    if number.startswith("+"):
        return number
    user = number.lower().removeprefix("sip:").partition("@")[0]
    return "" if user in _ANONYMOUS else number


@lru_cache(maxsize=256)
def _plain(native: str) -> str:
    return native.strip().lower().replace("_", "-")
