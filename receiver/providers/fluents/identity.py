"""Which deliveries are one and the same.

The platform sends no delivery id, and its retries are not documented. Events that a call has once are told apart by the
call. Of everything else (what was said, done or went wrong, tools, context) the same may genuinely come twice, so that
it is never taken for a repetition.
"""

from __future__ import annotations

from typing import Any

from receiver.providers.dedup import written_key
from receiver.providers.fluents.sections import is_whole_transcript
from receiver.providers.payload import text

ONCE_A_CALL = frozenset(
    {
        "event_phone_call_connected",
        "event_phone_call_ended",
        "event_phone_call_did_not_connect",
        "event_recording",
    }
)


def dedup_key(native: str, call_id: str, payload: dict[str, Any]) -> str | None:
    """The key of an event of this native kind; None when nothing tells it from another."""
    if not call_id:
        return None
    if native in ONCE_A_CALL:
        return written_key(native, call_id)
    if native == "event_human_detection":
        return written_key(native, call_id, text(payload.get("result")))
    if native == "event_transcript" and is_whole_transcript(payload):
        return written_key(native, call_id, text(payload.get("transcript")))
    return None
