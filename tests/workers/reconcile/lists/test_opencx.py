from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.workers.clients.support import Platform, session
from workers.clients.opencx.models import HistoryItem, Session
from workers.reconcile.lists.opencx import OpenCxCalls, record_of

CHANGED = datetime(2026, 3, 2, 9, 5, tzinfo=UTC)
TALK: dict[str, Any] = {
    "id": "s1", "status": "closed_resolved", "ai_closure_type": "assumed_resolved", "summary": "Hours.",
    "contact": {"phone_number": "+31612340001"}, "created_at": "2026-03-02T09:00:00Z",
    "updated_at": "2026-03-02T09:05:00Z", "channel": {"type": "phone_voice"},
}  # fmt: skip


def item(who: str, said: str, at: str) -> HistoryItem:
    event = {"type": "message", "sender": {"type": who}, "content": {"type": "text", "text": said}}
    return HistoryItem.model_validate({"created_at": f"2026-03-02T{at}Z", "event": event})


SAID = [item("contact", "Hi", "09:01:00"), item("ai", "Hello", "09:00:30")]


def test_a_conversation_that_was_closed() -> None:
    record = record_of(Session.model_validate(TALK), SAID, CHANGED)
    assert (record.over, record.final, record.id) == (True, True, "s1")
    assert (record.call.id, record.call.metadata, record.call.from_) == ("", {"session_id": "s1"}, "+31612340001")
    assert record.report.transcript == "assistant: Hello\nuser: Hi"
    assert record.report.messages[0] == {"role": "assistant", "content": "Hello"}
    assert (record.ended, record.updated) == (datetime(2026, 3, 2, 9, 1, tzinfo=UTC), CHANGED)
    assert len(record.raw["history"]) == 2


def test_one_that_stays_open_is_over_when_it_is_quiet() -> None:
    talk = Session.model_validate(TALK | {"status": "open"})
    assert not record_of(talk, SAID, CHANGED + timedelta(minutes=9)).over
    quiet = record_of(talk, SAID, CHANGED + timedelta(minutes=11))
    assert (quiet.over, quiet.final) == (True, False)
    assert not record_of(Session.model_validate(TALK), [], CHANGED).final


def test_its_key_goes_with_what_was_said_last() -> None:
    talk, later = Session.model_validate(TALK), item("contact", "Me again", "10:00:00")
    rated = Session.model_validate(TALK | {"updated_at": "2026-03-02T12:00:00Z"})
    first = record_of(talk, SAID, CHANGED).dedup_key
    assert record_of(rated, SAID, CHANGED).dedup_key == first
    assert record_of(talk, [*SAID, later], CHANGED).dedup_key != first


async def test_conversations_that_went_on_lately() -> None:
    old = TALK | {"id": "old", "updated_at": "2026-03-01T09:00:00Z", "created_at": "2026-03-01T09:00:00Z"}
    platform = Platform({
        "GET /chat/sessions": {"items": [TALK, old, {"id": "no times"}], "next": None},
        "GET /chat/sessions/s1": TALK,
        "GET /chat/sessions/s1/history": {"items": [each.model_dump() for each in SAID], "next": None},
    })  # fmt: skip
    calls = OpenCxCalls(session(platform), "")
    found = await calls.calls_between(CHANGED - timedelta(hours=1), CHANGED)
    assert [(each.id, each.partial) for each in found.records] == [("s1", True)]
    assert "channel_type=phone_voice" in platform.seen[0].query
    assert "updated_after=2026-03-02T08" in platform.seen[0].query
    assert (await calls.call("s1")).report.transcript == "assistant: Hello\nuser: Hi"
