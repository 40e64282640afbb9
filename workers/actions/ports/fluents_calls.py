"""Fluents' calls in our words, and as they are ordered."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from workers.actions.neutral import PhoneCall, Started
from workers.actions.ports.base import raw
from workers.clients.base import ref_id, text
from workers.clients.fluents.models import Call
from workers.clients.times import iso, seconds_between


def phone_call(call: Call, recording_url: str = "") -> PhoneCall:
    """The call; the transcript stays the platform's own text."""
    outgoing = call.is_outgoing
    return PhoneCall(
        id=text(call.id),
        status=text(call.status),
        direction=("outbound" if outgoing else "inbound") if isinstance(outgoing, bool) else "",
        from_=text(call.from_number),
        to=text(call.to_number),
        agent=ref_id(call.agent),
        started_at=iso(call.start_time),
        ended_at=iso(call.end_time),
        duration=seconds_between(call.start_time, call.end_time),
        ended_reason=text(call.stage_outcome) or text(call.error_message),
        transcript=text(call.transcript),
        recording_url=recording_url,
        raw=call_fields(call),
    )


def started(call: Call) -> Started:
    """A call that was ordered."""
    return Started(id=text(call.id), status=text(call.status), raw=call_fields(call))


def call_fields(call: Call) -> dict[str, Any]:
    """The agent as its id: whole, it is its configuration again."""
    fields = raw(call)
    return fields | ({"agent": ref_id(call.agent) or None} if "agent" in fields else {})


def as_text(variables: Mapping[str, Any]) -> dict[str, str]:
    """Values for a prompt: the platform takes texts alone, so anything else is written as JSON."""
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in variables.items()}
