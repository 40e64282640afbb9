from __future__ import annotations

from typing import Any

import pytest

from store.event import Call, Event
from tests.workers.actions.support import Platform, given, perform
from workers.actions.platforms.opencx import OPENCX_ACTIONS
from workers.actions.platforms.opencx.common import SessionParams, client_of, session_of
from workers.clients.errors import ApiError, Invalid, Unsupported

EVENT = Event(kind="call-started", call=Call(id="call_1", metadata={"session_id": "s1"}))


def test_the_conversation_is_the_named_one_or_that_of_the_event() -> None:
    own = given(Platform({}), "opencx", event=EVENT)
    assert session_of(own, SessionParams()) == "s1"
    assert session_of(own, SessionParams(session="s2")) == "s2"
    with pytest.raises(Invalid, match="session"):
        session_of(given(Platform({}), "opencx", event=Event(kind="call-started", call=Call(id="c"))), SessionParams())


def test_another_platform_cannot_do_it() -> None:
    with pytest.raises(Unsupported, match="only OpenCX"):
        client_of(given(Platform({}), "vapi"))


@pytest.mark.parametrize(
    "body", [[], {}, {"items": None}, None, 3, "text", {"id": {"x": 1}, "channel": 3, "labels": []}]
)
async def test_no_answer_breaks_an_action_in_an_unnamed_way(body: Any) -> None:
    for action in OPENCX_ACTIONS:
        values = {name: FILLED[name] for name in action.params.model_fields if name in FILLED}
        own = given(Platform(dict.fromkeys(ROUTES, body)), "opencx", event=EVENT)
        try:
            await perform(own, action.name, **values)
        except ApiError:
            continue


FILLED: dict[str, Any] = {
    "agent": "a", "name": "n", "set": {"status": "open"}, "value": "+31850000001", "destination": "d", "id": "c",
    "text": "Hello", "sequence": "q", "contacts": [{"id": "c"}], "workflow": "w",
}  # fmt: skip
ROUTES = [
    "GET /phone/voices", "POST /phone", "DELETE /phone/a", "POST /phone/sip/transfer-destinations",
    "POST /phone/sip/agents/a/transfer-destinations", "GET /contacts", "POST /contacts", "PATCH /contacts/c",
    "DELETE /contacts/c", "GET /chat/sessions", "GET /chat/sessions/s1", "PATCH /chat/sessions/s1",
    "GET /chat/sessions/s1/history", "POST /chat/sessions/s1/send", "GET /sequences/q", "PUT /sequences/q/start",
    "PUT /sequences/q/cancel", "POST /sequences/q/contacts", "GET /workflows/w", "GET /workflows/w/runs",
]  # fmt: skip
