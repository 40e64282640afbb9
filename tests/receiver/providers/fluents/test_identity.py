"""Repeated deliveries share a key; genuine events never do."""

from __future__ import annotations

from typing import Any

import pytest

from receiver.providers.fluents.identity import dedup_key
from receiver.providers.fluents.normalise import KINDS

PAYLOAD: dict[str, Any] = {"result": "human", "transcript": "BOT: Good day.\nHUMAN: Hello.", "timestamp": 1.5}
KEYED = {
    "event_phone_call_connected", "event_phone_call_ended", "event_phone_call_did_not_connect", "event_recording",
    "event_human_detection", "event_transcript",
}  # fmt: skip


@pytest.mark.parametrize("native", [*KINDS, "event_weather"])
def test_only_what_a_call_has_once_has_a_key(native: str) -> None:
    key = dedup_key(native, "c", PAYLOAD)
    assert (key is not None) == (native in KEYED)
    assert key == dedup_key(native, "c", {**PAYLOAD, "timestamp": 2.5, "recording_url": "signed anew"})


@pytest.mark.parametrize("native", sorted(KEYED))
def test_another_call_is_another_event_and_no_call_is_no_key(native: str) -> None:
    assert dedup_key(native, "d", PAYLOAD) != dedup_key(native, "c", PAYLOAD)
    assert dedup_key(native, "", PAYLOAD) is None


def test_events_of_one_call_differ() -> None:
    assert len({dedup_key(native, "c", PAYLOAD) for native in KEYED}) == len(KEYED)


def test_a_changed_mind_is_another_event() -> None:
    changed = {"result": "no_human"}
    assert dedup_key("event_human_detection", "c", PAYLOAD) != dedup_key("event_human_detection", "c", changed)


def test_utterances_are_never_the_same() -> None:
    assert dedup_key("event_transcript", "c", {"text": "Yes", "sender": "human"}) is None
    assert dedup_key("event_transcript", "c", {"transcript": "HUMAN: Yes"}) is None
    longer = {"transcript": f"{PAYLOAD['transcript']}\nBOT: Goodbye."}
    assert dedup_key("event_transcript", "c", PAYLOAD) != dedup_key("event_transcript", "c", longer)
