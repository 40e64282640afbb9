"""One delivery, one event."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receiver.providers.vapi.normalise import KINDS, normalise
from receiver.raw import RawDelivery
from store.event import KINDS as OURS


def event(message: Any, headers: dict[str, str] | None = None) -> Any:
    return normalise(RawDelivery(json.dumps({"message": message}).encode(), headers or {}))


def test_a_final_transcript_has_the_name_of_every_transcript() -> None:
    found = event({"type": 'transcript[transcriptType="final"]', "transcript": "Yes."})
    assert (found.kind, found.native, found.transcript.final) == ("transcript", "transcript", True)


def test_an_id_of_the_delivery_goes_before_every_recipe() -> None:
    message = {"type": "status-update", "status": "ended", "timestamp": 1790848855000, "call": {"id": "c"}}
    named = event(message, {"svix-id": "msg_1"})
    assert named.dedup_key.startswith("delivery:")
    assert event(message).dedup_key.startswith("status-update:")
    assert event({"type": "hang"}, {"svix-id": "msg_1"}).dedup_key == named.dedup_key


def test_tools_that_share_an_id_are_no_key() -> None:
    tool = {"id": "a", "name": "t"}
    message = {"type": "tool-calls", "timestamp": 1790848855000, "call": {"id": "c"}}
    assert event(message | {"toolCallList": [tool]}).dedup_key
    twice = event(message | {"toolCallList": [tool, tool]})
    assert (twice.dedup_key, [each.id for each in twice.tools]) == (None, ["a", "a#2"])


VALUES: Any = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
NAMES = [
    "call", "phoneNumber", "customer", "assistant", "artifact", "analysis", "toolCallList", "toolCalls", "messages",
    "toolWithToolCallList", "functionCall", "timestamp", "status", "endedReason", "contact", "destination", "cost",
    "startedAt", "endedAt", "transcript", "role", "error", "request", "durationSeconds",
]  # fmt: skip


@given(st.sampled_from([*KINDS, "brand-new", ""]), st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=6))
def test_whatever_the_members_hold_it_is_an_event(native: str, members: dict[str, Any]) -> None:
    found = event({"type": native} | members)
    assert found.kind in OURS
    assert found.kind == KINDS.get(native, "unknown") or found.kind == "unreadable"


@pytest.mark.parametrize("message", [None, [], "x", 3, {"type": 3}, {"type": None}])
def test_a_message_that_is_none_is_unknown(message: Any) -> None:
    assert event(message).kind == "unknown"
