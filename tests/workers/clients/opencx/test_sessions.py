from __future__ import annotations

from datetime import UTC, datetime

from starlette.responses import Response

from tests.workers.clients.support import Platform, session
from workers.clients.opencx.models import HistoryEvent
from workers.clients.opencx.sessions import Contacts, Sessions

SESSION = {"id": "s", "status": "open", "channel": {"type": "phone_voice"}, "contact": {"phone_number": "+31"}}


async def test_conversations_are_listed_read_begun_and_changed() -> None:
    page = {"items": [SESSION], "next": None}
    platform = Platform(
        {
            "GET /chat/sessions": page,
            "GET /chat/sessions/s": SESSION,
            "POST /chat/sessions": {"id": "n"},
            "PATCH /chat/sessions/s": SESSION | {"status": "closed_resolved"},
            "POST /chat/sessions/filter": {"data": [SESSION], "has_next": False},
        }
    )
    client = Sessions(session(platform))
    assert [each.id for each in (await client.sessions({"status": "open"})).items] == ["s"]
    assert (await client.session("s")).status == "open"
    assert (await client.create_session({"channel": {"type": "api"}})).id == "n"
    assert (await client.update_session("s", {"status": "closed_resolved"})).status == "closed_resolved"
    assert [each.id for each in (await client.filtered_sessions({})).items] == ["s"]


async def test_calls_are_conversations_by_telephone() -> None:
    platform = Platform({"GET /chat/sessions": {"items": [], "next": None}})
    await Sessions(session(platform)).calls_since(datetime(2026, 10, 1, tzinfo=UTC))
    assert "channel_type=phone_voice" in platform.seen[0].query
    assert "created_after=2026-10-01T00%3A00%3A00%2B00%3A00" in platform.seen[0].query


async def test_what_was_said_is_read_and_something_said() -> None:
    item = {"created_at": "2026-10-01T10:00:00Z", "event": {"type": "message", "sender": {"type": "ai"}}}
    platform = Platform(
        {
            "GET /chat/sessions/s/history": {"items": [item], "next": None},
            "POST /chat/sessions/s/send": {"success": True, "data": {"code": "ok"}},
        }
    )
    client = Sessions(session(platform))
    (found,) = (await client.history("s")).items
    assert isinstance(found.event, HistoryEvent)
    assert (await client.send("s", "Hello")).success is True
    assert platform.seen[-1].body == {"sender": "contact", "message": {"type": "text", "text": "Hello"}}


async def test_contacts_are_listed_made_changed_and_forgotten() -> None:
    platform = Platform(
        {
            "GET /contacts": {"items": [{"id": "c"}], "next": None},
            "POST /contacts": {"id": "n", "phone_number": "+31"},
            "PATCH /contacts/c": {"id": "c", "name": "Asha"},
            "DELETE /contacts/c": Response(status_code=204),
        }
    )
    client = Contacts(session(platform))
    assert [each.id for each in (await client.contacts()).items] == ["c"]
    assert (await client.create_contact({"phone": "+31"})).phone_number == "+31"
    assert (await client.update_contact("c", {"name": "Asha"})).name == "Asha"
    await client.delete_contact("c")
    assert [each.body for each in platform.seen[1:3]] == [{"contact": {"phone": "+31"}}, {"contact": {"name": "Asha"}}]
