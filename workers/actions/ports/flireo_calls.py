"""Calls of Flireo's second and third generation in our words, and whether one of them is the one we started."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workers.actions.neutral import PhoneCall
from workers.actions.ports.base import e164, raw
from workers.actions.ports.doubt import not_before
from workers.clients.base import text
from workers.clients.errors import InDoubtError
from workers.clients.flireo.models import Call
from workers.clients.times import iso


def phone_call(call: Call) -> PhoneCall:
    """The call; the person on the line is `caller_phone`, whoever dialled (inferred)."""
    person, line = text(call.caller_phone), call.line
    outbound = text(call.direction) == "outbound"
    return PhoneCall(
        id=text(call.id),
        status=text(call.status),
        direction=text(call.direction),
        from_=line if outbound else person,
        to=person if outbound else line,
        agent=call.agent,
        started_at=iso(call.started_at),
        ended_at=iso(call.ended_at),
        duration=call.duration_seconds if isinstance(call.duration_seconds, float) else 0.0,
        ended_reason=text(call.end_reason) or text(call.error),
        summary=text(call.summary),
        transcript=_transcript(call.messages),
        recording_url=text(call.recording_url),
        raw=raw(call),
    )


def _transcript(messages: Any) -> str:
    spoken = [each for each in messages if isinstance(each, Mapping)] if isinstance(messages, list) else []
    return "\n".join(f"{text(each.get('role'))}: {text(each.get('content'))}" for each in spoken)


def is_this_call(call: Call, to: str, agent: str, begin: datetime) -> bool:
    """Whether it may be the call to this number by this agent; raises InDoubtError when it does not tell enough.

    Which of its fields holds the number that was called is not documented, so each of them counts.
    """
    if text(call.direction) in ("inbound", "web") or call.agent not in ("", agent):
        return False
    numbers = {e164(text(each)) for each in (call.caller_phone, call.assistant_phone, call.agent_phone)} - {""}
    if numbers and to not in numbers:
        return False
    if not not_before(call.created_at or call.started_at, begin):
        return False
    if not numbers:
        raise InDoubtError("Flireo shows a call without its numbers, which could be it")
    return True
