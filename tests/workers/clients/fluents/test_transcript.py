from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workers.clients.fluents.transcript import Line, lines


def test_a_conversation_becomes_lines() -> None:
    text = (
        "[00:00.50] BOT: Good day, this is the-\n[00:02.10] HUMAN: Where is my order?\n"
        "[01:03.00] BOT_ACTION_START: look_up_order\nBOT_ACTION_FINISH: done\nCONFERENCE_EVENT: joined\nBOT: Shipped."
    )
    found = lines(text)
    assert found == [
        Line("agent", "Good day, this is the-", 0.5),
        Line("caller", "Where is my order?", 2.1),
        Line("action", "look_up_order", 63.0),
        Line("action", "done"),
        Line("conference", "joined"),
        Line("agent", "Shipped."),
    ]
    assert [each.interrupted for each in found[:2]] == [True, False]


def test_a_line_without_speaker_goes_on() -> None:
    assert lines("HUMAN: My street is\nLange Gracht\n\nnumber 4\nBOT: Thanks") == [
        Line("caller", "My street is\nLange Gracht\nnumber 4"),
        Line("agent", "Thanks"),
    ]


@pytest.mark.parametrize("text", ["", "  \n \n"])
def test_nothing_was_said(text: str) -> None:
    assert lines(text) == []


def test_what_is_not_understood_is_kept() -> None:
    assert lines("Hello there\nNOTE: something") == [Line("", "Hello there\nNOTE: something")]


@given(st.text(alphabet="BOT HUMAN:[]01.-\n", max_size=200))
def test_no_text_breaks_it_and_no_word_is_lost(text: str) -> None:
    found = lines(text)
    spoken = "".join(each.text for each in found)
    assert all(word in text for word in spoken.split())
    assert bool(found) == any(character.strip() for character in text) or "BOT:" in text or "HUMAN:" in text
