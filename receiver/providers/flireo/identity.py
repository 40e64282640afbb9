"""Which deliveries are one and the same: the recipes for `dedup_key`, one for each native kind.

Call ids may hold phone numbers, so a key shows only the kind and a digest. A recipe that lacks one of its parts gives
no key: a repeated delivery then counts twice, which is better than losing a genuine event.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from receiver.providers.payload import canonical
from store.event import ToolCall


def dedup_key(native: str, call_id: str, at: datetime | None, status: str, tools: Sequence[ToolCall]) -> str | None:
    """The key of an event of this native kind; None when nothing tells it from another."""
    if not call_id:
        return None
    match native:
        case "assistant-request" if at:
            return _key(native, call_id, at.isoformat())
        case "tool-calls" if tools:
            return _key(native, call_id, sorted([tool.id, tool.name, _digest(tool.arguments)] for tool in tools))
        case "status-update" if at:
            return _key(native, call_id, status, at.isoformat())
        case "end-of-call-report":
            return _key(native, call_id)
    return None


def _key(native: str, *parts: Any) -> str:
    return f"{native}:{_digest(parts)}"


def _digest(value: Any) -> str:
    return hashlib.sha256(canonical(value)).hexdigest()[:40]
