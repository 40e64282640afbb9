"""Which deliveries are one and the same: the recipes for `dedup_key`, one for each native kind.

Call ids may hold phone numbers, so a key shows only the kind and a digest. A recipe that lacks one of its parts gives
no key: a repeated delivery then counts twice, which is better than losing a genuine event.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from receiver.providers.dedup import of_tools, written_key
from store.event import ToolCall


def dedup_key(native: str, call_id: str, at: datetime | None, status: str, tools: Sequence[ToolCall]) -> str | None:
    """The key of an event of this native kind; None when nothing tells it from another."""
    if not call_id:
        return None
    match native:
        case "assistant-request" if at:
            return written_key(native, call_id, at.isoformat())
        case "tool-calls" if tools:
            return written_key(native, call_id, of_tools(tools))
        case "status-update" if at:
            return written_key(native, call_id, status, at.isoformat())
        case "end-of-call-report":
            return written_key(native, call_id)
    return None
