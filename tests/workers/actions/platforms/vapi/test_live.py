from __future__ import annotations

from typing import Any

import pytest

from store.event import Call, Event
from tests.workers.actions.support import Platform, given, perform
from tests.workers.clients.support import refused
from workers.actions import ACTIONS
from workers.actions.platforms.vapi.live import LIVE_ACTIONS
from workers.clients.errors import NotFound

PATH = "/control/secret-of-the-call"
EVENT = Event(
    id="evt_1",
    kind="tool-calls",
    connection="front_desk",
    call=Call(id="c1"),
    raw={"message": {"call": {"monitor": {"controlUrl": f"https://calls.vapi.ai{PATH}"}}}},
)


@pytest.mark.parametrize(
    ("name", "params", "sent"),
    [
        ("vapi.control", {"control": "mute-customer"}, {"type": "control", "control": "mute-customer"}),
        (
            "vapi.add_message",
            {"role": "user", "content": "I am Ada.", "respond": True},
            {
                "type": "add-message",
                "message": {"role": "user", "content": "I am Ada."},
                "triggerResponseEnabled": True,
            },
        ),
        (
            "vapi.handoff",
            {"assistant": "a2", "message": "One moment."},
            {
                "type": "handoff",
                "destination": {"type": "assistant", "assistantId": "a2"},
                "content": "One moment.",
            },
        ),
        (
            "vapi.handoff",
            {"assistant": "a2"},
            {"type": "handoff", "destination": {"type": "assistant", "assistantId": "a2"}},
        ),
    ],
)
async def test_commands_go_through_the_calls_own_url(name: str, params: dict[str, Any], sent: Any) -> None:
    platform = Platform({f"POST {PATH}": {}})
    await perform(given(platform, "vapi", event=EVENT), name, **params)
    assert platform.said() == [f"POST {PATH}"]
    assert platform.seen[0].body == sent


async def test_a_call_that_is_over_is_not_found() -> None:
    platform = Platform({f"POST {PATH}": refused(404, {"message": "not live"})})
    with pytest.raises(NotFound):
        await perform(given(platform, "vapi", event=EVENT), "vapi.control", control="mute-customer")


def test_none_of_them_is_repeated_in_doubt_and_all_need_a_call() -> None:
    assert {(each.in_doubt, each.needs_call) for each in LIVE_ACTIONS} == {("skip", True)}
    assert all(ACTIONS[each.name] is each for each in LIVE_ACTIONS)
