from __future__ import annotations

from typing import Any

import pytest

from receiver.providers.fluents.sections import first_text, is_whole_transcript, sections

TALK = "BOT: Good day.\nHUMAN: Hello."


@pytest.mark.parametrize(
    ("kind", "payload", "expected"),
    [
        ("message", {"text": "Yes", "sender": "human"}, {"text": "Yes", "role": "user"}),
        ("message", {"message": {"text": "Yes", "sender": "bot"}}, {"text": "Yes", "role": "assistant"}),
        ("message", {"content": "Yes", "role": "user"}, {"text": "Yes", "role": "user"}),
        ("message", {}, {"text": "", "role": ""}),
        ("transcript", {"transcript": TALK}, {"text": TALK, "role": "", "final": True}),
        ("transcript", {"text": "Yes", "sender": "human"}, {"text": "Yes", "role": "user", "final": True}),
        ("recording", {"url": "https://x/r.mp3"}, {"url": "https://x/r.mp3"}),
        ("human-detection", {"result": "human"}, {"result": "human"}),
        ("human-detection", {"result": "no_human"}, {"result": "machine"}),
        ("human-detection", {"result": "fax"}, {"result": ""}),
        ("error", {"error": "Broken"}, {"message": "Broken"}),
        ("error", {"error": {"message": "Broken"}}, {"message": "Broken"}),
        ("error", {"message": ["Broken"]}, {"message": ""}),
        ("action", {"name": "a", "parameters": {"x": 1}}, {"name": "a", "input": {"x": 1}, "output": {}}),
        (
            "action",
            {"action_input": {"action_config": {"type": "action_dtmf"}, "params": {"buttons": "1"}}},
            {"name": "action_dtmf", "input": {"buttons": "1"}, "output": {}},
        ),
        ("action", {"action_output": {"ok": True}}, {"name": "", "input": {}, "output": {"ok": True}}),
        ("action", {"action_input": "x", "result": [1]}, {"name": "", "input": {}, "output": {}}),
    ],
)
def test_what_each_kind_tells(kind: str, payload: dict[str, Any], expected: dict[str, Any]) -> None:
    (section,) = sections(kind, payload).values()
    assert section.model_dump() == expected


def test_kinds_without_a_section_have_none() -> None:
    assert sections("call-ended", {"text": "x"}) == {}


def test_the_first_text_counts() -> None:
    assert first_text({"a": None, "b": "", "c": {"text": ""}, "d": 3, "e": "x"}, *"abcde") == "3"


@pytest.mark.parametrize(
    ("payload", "whole"),
    [
        ({"transcript": TALK}, True),
        ({"transcript": TALK, "sender": "bot"}, False),
        ({"transcript": "BOT: Good day."}, False),
        ({"text": TALK}, False),
        ({"transcript": [TALK]}, False),
    ],
)
def test_a_whole_conversation_is_known_by_both_voices(payload: dict[str, Any], whole: bool) -> None:
    assert is_whole_transcript(payload) == whole
