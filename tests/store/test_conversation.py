from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store.conversation import Places, spoken

PLACES = Places(turns=("message.artifact.messages", "message.messages"), transcript=("message.transcript",))
TURN = {"role": "user", "content": "Hi"}


@pytest.mark.parametrize(
    ("message", "turns", "transcript"),
    [
        ({}, [], ""),
        ({"messages": [TURN]}, [TURN], "user: Hi"),
        ({"messages": [TURN], "artifact": {"messages": []}}, [TURN], "user: Hi"),
        ({"messages": [TURN], "artifact": {"messages": [{"role": "bot"}]}}, [{"role": "bot"}], "assistant: "),
        ({"messages": [TURN, "x", None], "transcript": "as sent"}, [TURN], "as sent"),
        ({"messages": {"not": "a list"}, "transcript": ["not", "text"], "artifact": 1}, [], ""),
    ],
)
def test_a_conversation_is_read_from_the_best_place(
    message: dict[str, Any], turns: list[dict[str, Any]], transcript: str
) -> None:
    assert PLACES.read({"message": message}) == (turns, transcript)


def test_instructions_and_tools_are_no_speech() -> None:
    roles = ("system", "user", "tool", "bot", "assistant", None)
    assert spoken([{"role": role, "message": "x"} for role in roles]) == "user: x\nassistant: x\nassistant: x"


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["role", "message", "messages", "x"]), inner),
)


@given(payload=st.dictionaries(st.sampled_from(["message", "x"]), JSON))
def test_whatever_was_sent_is_read(payload: dict[str, Any]) -> None:
    turns, transcript = PLACES.read(payload)
    assert all(isinstance(turn, dict) for turn in turns)
    assert isinstance(transcript, str)
