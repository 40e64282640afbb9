from __future__ import annotations

from typing import Any

import pytest

from receiver.providers.fluents.calls import call_of
from store.event import Call


@pytest.mark.parametrize(
    ("native", "told", "expected"),
    [
        (
            "event_phone_call_connected",
            {"from_phone_number": "31612340001", "to_phone_number": "+31850000001"},
            Call(id="c", from_="+31612340001", to="+31850000001", status="in-progress"),
        ),
        ("event_phone_call_ended", {"is_outgoing": False}, Call(id="c", direction="inbound", status="ended")),
        ("event_phone_call_ended", {"is_outgoing": "no"}, Call(id="c", status="ended")),
        (
            "event_phone_call_did_not_connect",
            {"telephony_status": "busy", "to_number": "+31612340001", "is_outgoing": True},
            Call(id="c", to="+31612340001", direction="outbound", status="failed", ended_reason="busy"),
        ),
        ("event_recording", {"phone_number": "31612340001", "stage_outcome": "x"}, Call(id="c")),
        (
            "context_endpoint",
            {"phone_number": "31612340001", "is_outgoing": True},
            Call(id="c", from_="+31612340001", direction="inbound", status="ringing"),
        ),
    ],
)
def test_what_is_told_of_a_call(native: str, told: dict[str, Any], expected: Call) -> None:
    assert call_of(native, "c", told) == expected
