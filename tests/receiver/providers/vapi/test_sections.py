"""What is told beside the call."""

from __future__ import annotations

from typing import Any

import pytest

from receiver.providers.vapi.sections import sections
from store.event import Event, Report

TURNS = [
    {"role": "system", "message": "You are helpful."},
    {"role": "bot", "message": "Hello."},
    {"role": "user", "message": "Yes."},
    {"role": "tool_calls", "toolCalls": []},
]


def report(**message: Any) -> Report:
    found = sections("end-of-call-report", "end-of-call-report", message)
    return Event(raw={"message": message}, **found).whole().report


def test_artifact_and_analysis_come_before_the_older_fields() -> None:
    older = {"transcript": "old", "summary": "old", "recordingUrl": "https://old", "messages": [{"role": "user"}]}
    new = report(artifact={"transcript": "new", "recordingUrl": "https://new", "messages": TURNS},
                 analysis={"summary": "new"}, **older)  # fmt: skip
    assert (new.transcript, new.summary, new.recording_url, new.messages) == ("new", "new", "https://new", TURNS)
    old = report(artifact={}, analysis=None, **older)
    assert (old.transcript, old.summary, old.recording_url) == ("old", "old", "https://old")


@pytest.mark.parametrize(
    ("artifact", "url"),
    [
        ({"recording": {"mono": {"combinedUrl": "m"}, "stereoUrl": "s"}}, "m"),
        ({"stereoRecordingUrl": "s", "recording": {"stereoUrl": "t"}}, "s"),
        ({"recording": {"stereoUrl": "t"}}, "t"),
        ({"recordingUrl": None, "recording": []}, ""),
    ],
)
def test_any_recording_will_do(artifact: dict[str, Any], url: str) -> None:
    assert report(artifact=artifact).recording_url == url


@pytest.mark.parametrize(
    ("message", "seconds"),
    [
        ({"startedAt": "2026-10-01T10:00:00Z", "endedAt": "2026-10-01T10:01:00.5Z"}, 60.5),
        ({"call": {"startedAt": "2026-10-01T10:00:00Z", "endedAt": "2026-10-01T10:01:00Z"}}, 60),
        ({"durationSeconds": 7, "startedAt": "2026-10-01T10:00:00Z", "endedAt": "2026-10-01T10:01:00Z"}, 7),
        ({"startedAt": "2026-10-01T10:01:00Z", "endedAt": "2026-10-01T10:00:00Z"}, 0),
        ({"durationSeconds": -3}, 0),
        ({"endedAt": "2026-10-01T10:01:00Z"}, 0),
    ],
)
def test_duration(message: dict[str, Any], seconds: float) -> None:
    assert report(**message).duration == seconds


def test_a_transcript_is_made_of_what_was_said() -> None:
    assert report(artifact={"messages": TURNS}).transcript == "assistant: Hello.\nuser: Yes."


def test_a_conversation_is_its_last_sentence() -> None:
    found = sections("message", "conversation-update", {"messages": TURNS})["message"]
    assert (found.text, found.role) == ("Yes.", "user")
    assert sections("message", "conversation-update", {"messages": TURNS[:1]}) == {}
    assert sections("knowledge-request", "knowledge-base-request", {"messages": TURNS})["message"].text == "Yes."


@pytest.mark.parametrize(
    ("message", "final"),
    [
        ({"transcriptType": "final"}, True),
        ({"transcriptType": "partial"}, False),
        ({"type": 'transcript[transcriptType="final"]'}, True),
        ({}, False),
    ],
)
def test_a_transcript_is_final_when_the_platform_says_so(message: dict[str, Any], final: bool) -> None:
    assert sections("transcript", "transcript", message)["transcript"].final is final


def test_what_the_assistant_is_saying_may_still_change() -> None:
    found = sections("transcript", "assistant.speechStarted", {"text": "We do"})["transcript"]
    assert (found.text, found.role, found.final) == ("We do", "assistant", False)


def test_other_kinds_have_no_section() -> None:
    assert sections("unknown", "speech-update", {"status": "started"}) == {}
