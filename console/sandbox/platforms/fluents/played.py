"""Fluents: the calls that were played, as its API shows them."""

from __future__ import annotations

from collections.abc import Mapping

from console.sandbox.livecall import LiveCall
from console.sandbox.platforms.fluents.account import FluentsAccount
from console.sandbox.platforms.fluents.events import FAILED, SENDERS
from console.sandbox.things import Thing

_STATUSES: Mapping[str, str] = {"ringing": "not_started", "in-progress": "in_progress", FAILED: "error"}
_OUTCOMES: Mapping[str, str] = {
    "user_hangup": "human_disconnected",
    "assistant_hangup": "bot_disconnected",
    "max_duration": "bot_disconnected",
    "transferred": "transfer_disconnected",
}


def played_call(held: FluentsAccount, call: LiveCall) -> Thing:
    """One call, normalised. Its transcript is there once it has ended, its recording when that was told."""
    record, number = call.record, held.number(call.line) or {}
    failed = record.status == FAILED
    return {
        "id": record.id,
        "user_id": held.user_id,
        "status": _STATUSES.get(record.status, "ended"),
        "error_message": record.error or None,
        "errors": [],
        "recording_available": record.done and not failed,
        "transcript": transcript(call) if record.ended_at else None,
        "human_detection_result": "human" if record.started_at else None,
        "do_not_call_result": None,
        "telephony_id": None,
        "telephony_metadata": None,
        "telephony_provider": "twilio",
        "telephony_account_connection": number.get("telephony_account_connection") or "",
        "stage": "picked_up" if record.started_at else "created",
        "stage_outcome": "call_did_not_connect" if failed else _OUTCOMES.get(record.end_reason),
        "start_time": record.started_at or record.placed_at,
        "end_time": record.ended_at or (record.placed_at if failed else None),
        "on_no_human_answer": "continue",
        "run_do_not_call_detection": False,
        "hipaa_compliant": False,
        "to_number": record.to,
        "from_number": record.from_,
        "agent": record.assistant_id or "",
        "agent_phone_number": call.line,
        "context": dict(call.config.get("context") or {}),
        "is_outgoing": record.direction == "outbound",
        "action_history": [],
    }


def transcript(call: LiveCall) -> str:
    """The conversation as it was said, a line for each sentence."""
    return "\n".join(f"{SENDERS[turn['role']].upper()}: {turn['content']}" for turn in call.record.messages())
