from __future__ import annotations

import pytest

from receiver.providers.opencx.words import ACTION, DATA, EVENTS, KINDS, direction, is_of_a_call


def test_nobody_can_post_an_action_as_an_event() -> None:
    assert {ACTION, DATA}.isdisjoint(EVENTS)
    assert set(KINDS) == {ACTION, DATA} | set(EVENTS)
    assert "tool-calls" not in EVENTS.values()


def test_a_closed_conversation_is_no_ended_call() -> None:
    assert EVENTS["conversation.closed"] == "unknown"


@pytest.mark.parametrize(
    ("native", "stated", "found"),
    [
        ("phone_call.started", "Incoming", "inbound"),
        ("phone_call.started", " outbound ", "outbound"),
        ("phone_call.started", "", ""),
        ("phone_call.started", "sideways", ""),
        ("phone.incoming_call_started", "", "inbound"),
        ("phone.outgoing_call_ended", "", "outbound"),
        ("phone.outgoing_call_ended", "Incoming", "inbound"),
    ],
)
def test_the_direction_is_what_is_stated_or_else_in_the_name(native: str, stated: str, found: str) -> None:
    assert direction(native, stated) == found


def test_conversations_are_not_calls() -> None:
    assert [is_of_a_call(name) for name in ("phone_call.anything", "call.ended")] == [True, True]
    assert [is_of_a_call(name) for name in ("conversation.started", "")] == [False, False]
