"""Conversations (sessions), where what was said in a call stands, and contacts, the people in them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from workers.clients.base import Listing, Query
from workers.clients.opencx.lists import ListClient
from workers.clients.opencx.models import Contact, HistoryItem, Sent, Session

_SESSIONS = ("chat", "sessions")


class Sessions(ListClient):
    """What begins with `/chat/sessions`."""

    async def sessions(self, filters: Query | None = None) -> Listing[Session]:
        """Conversations, by `status`, `channel_type`, `handed_off`, `created_after`, `updated_before` and the like."""
        return await self.by_cursor(Session, *_SESSIONS, query=filters)

    async def calls_since(self, begin: datetime) -> Listing[Session]:
        """The conversations by telephone that began after this moment."""
        return await self.sessions({"channel_type": "phone_voice", "created_after": begin.isoformat()})

    async def filtered_sessions(self, conditions: Mapping[str, Any]) -> Listing[Session]:
        """The same in numbered pages; which conditions there are is not documented."""
        return await self.by_page(Session, *_SESSIONS, "filter", body=conditions)

    async def session(self, session_id: str) -> Session:
        """One conversation by its id."""
        return await self.get(Session, *_SESSIONS, session_id)

    async def create_session(self, session: Mapping[str, Any]) -> Session:
        """Begin one: `channel`, `contact_id`, `verified`."""
        return await self.write("POST", Session, *_SESSIONS, body=dict(session), idempotent=False)

    async def update_session(self, session_id: str, changes: Mapping[str, Any]) -> Session:
        """Change a conversation, such as its `status`."""
        return await self.write("PATCH", Session, *_SESSIONS, session_id, body=dict(changes))

    async def history(self, session_id: str) -> Listing[HistoryItem]:
        """Everything that was said and happened in it."""
        return await self.by_cursor(HistoryItem, *_SESSIONS, session_id, "history")

    async def send(self, session_id: str, said: str) -> Sent:
        """Say something in the name of the contact, which the AI may answer."""
        body = {"sender": "contact", "message": {"type": "text", "text": said}}
        return await self.write("POST", Sent, *_SESSIONS, session_id, "send", body=body, idempotent=False)


class Contacts(ListClient):
    """What begins with `/contacts`. Reading a single one was never seen."""

    async def contacts(self) -> Listing[Contact]:
        """All contacts."""
        return await self.by_cursor(Contact, "contacts")

    async def create_contact(self, contact: Mapping[str, Any]) -> Contact:
        """Make one of `email`, `phone`, `name` and `custom_data`; the number comes back as `phone_number`."""
        return await self.write("POST", Contact, "contacts", body={"contact": dict(contact)}, idempotent=False)

    async def update_contact(self, contact_id: str, changes: Mapping[str, Any]) -> Contact:
        """Change one, in the same words."""
        return await self.write("PATCH", Contact, "contacts", contact_id, body={"contact": dict(changes)})

    async def delete_contact(self, contact_id: str) -> None:
        """Forget one; what is answered is not documented."""
        await self.tell("DELETE", "contacts", contact_id)
