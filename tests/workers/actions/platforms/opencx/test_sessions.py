from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from store.event import Call, Event
from tests.workers.actions.support import Platform, given, perform
from workers.actions import ACTIONS
from workers.actions.base import ActionContext
from workers.clients.base import MAX_PAGES
from workers.clients.errors import InDoubtError

EVENT = Event(kind="call-ended", call=Call(metadata={"session_id": "s1"}))
TRIED = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
SESSION = {
    "id": "s1", "status": "open", "channel": {"type": "phone_voice"}, "ticket_number": 4521, "sentiment": "happy",
    "contact": {"id": "c1", "phone_number": "+31612340001", "name": "Asha"}, "ai_closure_type": "handed_off",
}  # fmt: skip


def item(who: str, text: str, at: str | None = "2026-11-21T12:00:03Z") -> dict[str, Any]:
    return {"created_at": at, "event": {"type": "message", "sender": {"type": who}, "content": {"text": text}}}


def own(routes: dict[str, Any]) -> ActionContext:
    return given(Platform(routes), "opencx", event=EVENT)


async def test_a_conversation_is_shown_in_our_words() -> None:
    found = await perform(own({"GET /chat/sessions/s1": SESSION}), "opencx.session.get")
    assert (found["channel"], found["ticket"], found["closure"]) == ("phone_voice", "4521", "handed_off")
    assert (found["contact_id"], found["contact_name"], found["phone"]) == ("c1", "Asha", "+31612340001")


async def test_conversations_are_listed_as_far_as_asked() -> None:
    context = own({"GET /chat/sessions": {"items": [SESSION, SESSION | {"id": "s2"}], "next": None}})
    found = await perform(context, "opencx.session.list", status="open", channel="phone_voice", limit=1)
    assert ([each["id"] for each in found["sessions"]], found["count"], found["complete"]) == (["s1"], 1, False)
    assert "raw" not in found["sessions"][0]


async def test_what_was_said_is_told_in_order() -> None:
    items = [item("ai", "b", "2026-11-21T12:00:02Z"), item("contact", "a", "2026-11-21T12:00:01Z")]
    found = await perform(own({"GET /chat/sessions/s1/history": {"items": items}}), "opencx.session.history")
    assert [(each["role"], each["text"]) for each in found["messages"]] == [("user", "a"), ("assistant", "b")]
    assert (found["transcript"], found["count"]) == ("user: a\nassistant: b", 2)


async def test_something_is_said_and_answered() -> None:
    answer = {"success": True, "data": {"success": True, "code": "replied", "sessionIsHandedOff": True}}
    found = await perform(own({"POST /chat/sessions/s1/send": answer}), "opencx.session.send", text="Hello")
    assert (found["success"], found["code"], found["handed_off"]) == (True, "replied", True)
    refusal = {"success": True, "data": {"success": False}}
    assert not (await perform(own({"POST /chat/sessions/s1/send": refusal}), "opencx.session.send", text="x"))[
        "success"
    ]


async def verified(history: Any) -> Any:
    action = ACTIONS["opencx.session.send"]
    context = own({"GET /chat/sessions/s1/history": history})
    context.tried_at = TRIED
    assert action.verify
    return await action.verify(context, action.params.model_validate({"text": "Hello"}))


async def test_a_message_that_stands_in_the_history_was_sent() -> None:
    assert await verified({"items": [item("contact", "Hello")]}) is not None


@pytest.mark.parametrize(
    "items", [[], [item("ai", "Hello")], [item("contact", "Hi")], [item("contact", "Hello", "2026-11-21T11:00:00Z")]]
)
async def test_otherwise_it_was_not(items: list[dict[str, Any]]) -> None:
    assert await verified({"items": items}) is None


async def test_a_message_without_a_moment_leaves_it_open() -> None:
    with pytest.raises(InDoubtError):
        await verified({"items": [item("contact", "Hello", None)]})


async def test_a_history_without_an_end_leaves_it_open() -> None:
    pages = iter(range(MAX_PAGES + 1))
    with pytest.raises(InDoubtError):
        await verified(lambda _: {"items": [item("ai", "x")], "next": f"p{next(pages)}"})


async def test_a_conversation_is_changed() -> None:
    context = own({"PATCH /chat/sessions/s1": SESSION | {"status": "closed_resolved"}})
    found = await perform(context, "opencx.session.update", set={"status": "closed_resolved"})
    assert found["status"] == "closed_resolved"
