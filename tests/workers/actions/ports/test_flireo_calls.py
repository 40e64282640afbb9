from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from workers.actions.ports.flireo_calls import is_this_call, phone_call
from workers.clients.errors import InDoubtError
from workers.clients.flireo.models import Call

BEGIN = datetime(2026, 11, 21, 12, tzinfo=UTC)
OURS: dict[str, Any] = {
    "id": "call-_+31612340001_x",
    "caller_phone": "+31612340001",
    "assistant_phone": "+31850000001",
    "status": "ended",
    "direction": "outbound",
    "end_reason": "user_hangup",
    "started_at": "2026-11-21T12:00:10.000Z",
    "ended_at": "2026-11-21T12:01:21.000Z",
    "duration_seconds": 71,
    "summary": "Moved to Friday.",
    "messages": [{"role": "assistant", "content": "Hello"}, {"role": "user", "content": "Hi"}, "odd"],
    "recording_url": "https://x/r.mp3",
    "agent_id": "a1",
    "created_at": "2026-11-21T12:00:00.000Z",
}


def test_an_outbound_call_in_our_words() -> None:
    call = phone_call(Call.model_validate(OURS)).model_dump(by_alias=True)
    raw = call.pop("raw")
    assert call == {
        "id": "call-_+31612340001_x",
        "status": "ended",
        "direction": "outbound",
        "from": "+31850000001",
        "to": "+31612340001",
        "agent": "a1",
        "started_at": "2026-11-21T12:00:10+00:00",
        "ended_at": "2026-11-21T12:01:21+00:00",
        "duration": 71.0,
        "ended_reason": "user_hangup",
        "summary": "Moved to Friday.",
        "transcript": "assistant: Hello\nuser: Hi",
        "recording_url": "https://x/r.mp3",
    }
    assert raw["duration_seconds"] == 71


def test_an_inbound_call_and_the_other_names() -> None:
    other = OURS | {"direction": "inbound", "assistant_phone": None, "agent_phone": "+31850000001"}
    call = phone_call(Call.model_validate(other))
    assert (call.from_, call.to) == ("+31612340001", "+31850000001")
    assert phone_call(Call.model_validate({})).transcript == ""


@pytest.mark.parametrize(
    ("changes", "ours"),
    [
        ({}, True),
        ({"caller_phone": "+31850000001", "assistant_phone": "+31612340001"}, True),
        ({"agent_id": None}, True),
        ({"agent_id": None, "assistant_id": "a1"}, True),
        ({"direction": None}, True),
        ({"created_at": None}, True),
        ({"direction": "inbound"}, False),
        ({"direction": "web"}, False),
        ({"agent_id": "a2"}, False),
        ({"caller_phone": "+31612340002"}, False),
        ({"created_at": "2026-11-21T11:59:59.000Z"}, False),
    ],
)
def test_which_call_is_ours(changes: dict[str, Any], ours: bool) -> None:
    assert is_this_call(Call.model_validate(OURS | changes), "+31612340001", "a1", BEGIN) is ours


@pytest.mark.parametrize(
    "changes",
    [{"created_at": None, "started_at": None}, {"caller_phone": None, "assistant_phone": None}],
)
def test_a_call_that_tells_too_little_may_be_ours(changes: dict[str, Any]) -> None:
    with pytest.raises(InDoubtError, match="could be it"):
        is_this_call(Call.model_validate(OURS | changes), "+31612340001", "a1", BEGIN)
