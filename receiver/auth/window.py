"""When an entry is valid and when a delivery is fresh."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from receiver.auth.errors import BadSignature
from store.connections import AuthEntry

DEFAULT_TOLERANCE = 300.0
"""Seconds that a signed timestamp may differ from our clock, both ways."""

_DIGITS = re.compile(r"[0-9]{1,16}")
_SURELY_MILLISECONDS = 10**11


def check_valid(entry: AuthEntry, now: datetime) -> None:
    """Raise BadSignature outside the entry's not_before and not_after; times without a zone are UTC."""
    if entry.not_before is not None and in_utc(now) < in_utc(entry.not_before):
        raise BadSignature("the secret is not valid yet")
    if entry.not_after is not None and in_utc(now) > in_utc(entry.not_after):
        raise BadSignature("the secret is no longer valid")


def check_fresh(timestamp: str, now: datetime, tolerance: float) -> None:
    """Raise BadSignature unless the timestamp, epoch seconds or milliseconds in digits, lies in the window."""
    if not timestamp:
        raise BadSignature("no timestamp")
    if not _DIGITS.fullmatch(timestamp):
        raise BadSignature("the timestamp is not a number")
    if not abs(in_utc(now).timestamp() - _epoch_seconds(int(timestamp))) <= tolerance:
        raise BadSignature("the timestamp is outside the window")


def in_utc(moment: datetime) -> datetime:
    """The same moment with a zone."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _epoch_seconds(value: int) -> float:
    return value / 1000 if value > _SURELY_MILLISECONDS else float(value)
