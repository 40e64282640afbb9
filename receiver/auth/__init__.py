"""Did the platform send this? Pure checks over raw bytes: no clock, no network, nothing parsed."""

from __future__ import annotations

from receiver.auth.errors import BadEntry, BadSignature
from receiver.auth.signature import HmacDefaults
from receiver.auth.verify import entry_problem, verify

__all__ = ["BadEntry", "BadSignature", "HmacDefaults", "entry_problem", "verify"]
