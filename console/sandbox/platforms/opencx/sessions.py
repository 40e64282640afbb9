"""OpenCX: conversations and contacts. All calls of one person that were played are one conversation.

The answers to changes are documented only in part; what is changed is given back.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from console.sandbox.livecall import LiveCall, wall_clock
from console.sandbox.platforms.opencx.common import (
    TEXT,
    Fields,
    account,
    body_of,
    by_cursor,
    by_page,
    checked,
    invalid,
    known,
)
from console.sandbox.platforms.opencx.events import conversation_of
from console.sandbox.state import sandbox_of
from console.sandbox.things import Thing, with_id

SENDERS: Mapping[str, str] = {"user": "contact", "assistant": "ai"}
CONTACT: Fields = {"email": TEXT, "phone": TEXT, "name": TEXT, "custom_data": (dict, type(None))}
CHANGEABLE: Fields = {"status": str, "custom_data": dict, "assignee_id": (int, str, type(None))}


async def list_sessions(request: Request) -> JSONResponse:
    """GET /chat/sessions"""
    return by_cursor(request, [each for each in _sessions(request) if _fits(each, request.query_params)])


async def filter_sessions(request: Request) -> JSONResponse:
    """POST /chat/sessions/filter; which conditions there are is not documented, so nothing is left out"""
    return by_page(await body_of(request), _sessions(request))


async def get_session(request: Request) -> JSONResponse:
    """GET /chat/sessions/{id}"""
    return JSONResponse(known(_sessions(request), request, "Session"))


async def create_session(request: Request) -> JSONResponse:
    """POST /chat/sessions"""
    held = account(request)
    body = await body_of(request, {"contact_id": str, "channel": dict, "verified": bool})
    contact = with_id(held.contacts, body.get("contact_id", ""))
    made = held.save("sessions", conversation("", (contact or {}).get("phone_number") or "", wall_clock()))
    made["channel"] = body.get("channel", {"type": "api"})
    return JSONResponse({"id": made["id"]}, 201)


async def update_session(request: Request) -> JSONResponse:
    """PATCH /chat/sessions/{id}"""
    session = known(_sessions(request), request, "Session")
    changes = await body_of(request, CHANGEABLE)
    kept = account(request).changes
    kept[session["id"]] = kept.get(session["id"], {}) | changes | {"updated_at": wall_clock()}
    return JSONResponse(session | kept[session["id"]])


async def history(request: Request) -> JSONResponse:
    """GET /chat/sessions/{id}/history"""
    session = known(_sessions(request), request, "Session")
    spoken = [_item(moment["role"], moment["content"], call.record.placed_at)
              for call in _calls(request).get(session["id"], []) for moment in call.record.messages()]  # fmt: skip
    return by_cursor(request, [*spoken, *account(request).said.get(session["id"], [])])


async def send(request: Request) -> JSONResponse:
    """POST /chat/sessions/{id}/send"""
    session, body = known(_sessions(request), request, "Session"), await body_of(request)
    message = body.get("message")
    said = message.get("text") if isinstance(message, dict) else None
    if body.get("sender") != "contact" or not isinstance(said, str):
        raise invalid("sender must be contact, and message have a text")
    account(request).said.setdefault(session["id"], []).append(_item("user", said, wall_clock()))
    return JSONResponse({"success": True, "data": {"success": True, "code": "message_sent"}})


async def list_contacts(request: Request) -> JSONResponse:
    """GET /contacts"""
    return by_cursor(request, account(request).contacts)


async def create_contact(request: Request) -> JSONResponse:
    """POST /contacts"""
    made = account(request).save("contacts", {"custom_data": {}, **await _contact(request)})
    return JSONResponse(made, 201)


async def update_contact(request: Request) -> JSONResponse:
    """PATCH /contacts/{id}"""
    held = known(account(request).contacts, request, "Contact")
    held.update(await _contact(request))
    return JSONResponse(held)


async def delete_contact(request: Request) -> Response:
    """DELETE /contacts/{id}"""
    account(request).contacts.remove(known(account(request).contacts, request, "Contact"))
    return Response(status_code=204)


async def _contact(request: Request) -> Thing:
    """What is written as `phone` is read as `phone_number`."""
    body = (await body_of(request)).get("contact")
    if not isinstance(body, dict):
        raise invalid("contact is required")
    fields = dict(checked(body, CONTACT))
    return fields if "phone" not in fields else {**fields, "phone_number": fields.pop("phone")}


def conversation(session_id: str, number: str, at: str) -> Thing:
    """A conversation with whoever has this number."""
    return {
        "id": session_id,
        "status": "open",
        "ai_closure_type": None,
        "sentiment": "neutral",
        "summary": None,
        "language": None,
        "ticket_number": 4521,
        "channel": {"type": "phone_voice"},
        "contact": {"id": f"contact-{number}", "email": None, "phone_number": number, "name": None, "custom_data": {}},
        "created_at": at,
        "updated_at": at,
    }


def _calls(request: Request) -> dict[str, list[LiveCall]]:
    """The calls that were played, by conversation, the oldest first."""
    found: dict[str, list[LiveCall]] = {}
    for call in sandbox_of(request).exchange.calls.values():
        if call.record.platform == "opencx":
            found.setdefault(conversation_of(call), []).append(call)
    return found


def _sessions(request: Request) -> list[Thing]:
    """The newest first."""
    held = account(request)
    played = [_played(session_id, calls) for session_id, calls in _calls(request).items()]
    found = [each | held.changes.get(each["id"], {}) for each in [*held.sessions, *played]]
    return sorted(found, key=lambda each: str(each["created_at"]), reverse=True)


def _played(session_id: str, calls: list[LiveCall]) -> Thing:
    first, last = calls[0], calls[-1]
    over = {"status": "closed_resolved", "ai_closure_type": "assumed_resolved"} if last.record.done else {}
    began = conversation(session_id, first.customer, first.record.placed_at)
    return began | over | {"updated_at": last.record.ended_at or last.record.placed_at}


def _fits(session: Thing, query: Mapping[str, str]) -> bool:
    after, before = query.get("created_after", ""), query.get("created_before", "~")
    return bool(
        after <= session["created_at"] <= before
        and query.get("updated_after", "") <= session["updated_at"]
        and query.get("channel_type", session["channel"]["type"]) == session["channel"]["type"]
        and query.get("status", session["status"]) == session["status"]
    )


def _item(role: str, said: str, at: str) -> dict[str, Any]:
    sender = {"type": SENDERS[role], "name": None}
    return {"created_at": at, "event": {"type": "message", "sender": sender, "content": {"type": "text", "text": said}}}


SESSION_ROUTES = [
    Route("/chat/sessions", list_sessions, methods=["GET"]),
    Route("/chat/sessions", create_session, methods=["POST"]),
    Route("/chat/sessions/filter", filter_sessions, methods=["POST"]),
    Route("/chat/sessions/{id}", get_session, methods=["GET"]),
    Route("/chat/sessions/{id}", update_session, methods=["PATCH"]),
    Route("/chat/sessions/{id}/history", history, methods=["GET"]),
    Route("/chat/sessions/{id}/send", send, methods=["POST"]),
    Route("/contacts", list_contacts, methods=["GET"]),
    Route("/contacts", create_contact, methods=["POST"]),
    Route("/contacts/{id}", update_contact, methods=["PATCH"]),
    Route("/contacts/{id}", delete_contact, methods=["DELETE"]),
]
