"""Conversations, where what was said in a call stands."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, JsonValue

from workers.actions.base import ActionContext, Output, Params, action
from workers.actions.platforms.opencx.common import OPENCX, RAW, Listed, SessionParams, client_of, session_of
from workers.actions.ports.base import e164, raw
from workers.actions.ports.doubt import certainly_not, not_before, since
from workers.actions.ports.opencx import in_order, said, transcript
from workers.clients.base import part, text
from workers.clients.opencx.models import Contact, HistoryEvent, HistoryItem, Sent, Session
from workers.clients.redact import redacted
from workers.clients.times import iso


class SessionListParams(Params):
    """Which conversations."""

    status: Literal["", "open", "closed_resolved", "closed_unresolved"] = Field("", description="only of this status")
    channel: str = Field("", description="only of this channel, such as phone_voice, web or email")
    created_after: str = Field("", description="only those that began after this moment, ISO 8601")
    limit: int = Field(20, ge=1, le=500, description="how many at the most")


class SendParams(SessionParams):
    """What is said."""

    text: str = Field(min_length=1, description="what is said in the name of the contact")


class SessionUpdateParams(SessionParams):
    """What to change about a conversation."""

    set: dict[str, JsonValue] = Field(
        min_length=1, description="the platform's own field names and their new values, such as status"
    )


class Conversation(Output):
    """A conversation."""

    id: str = Field("", description="the platform's id")
    status: str = Field("", description="open, closed_resolved or closed_unresolved")
    channel: str = Field("", description="such as phone_voice, web or email")
    closure: str = Field("", description="how the AI ended it: assumed_resolved, handed_off or resolved")
    sentiment: str = Field("", description="angry, happy or neutral")
    summary: str = Field("", description="what was said, in short")
    language: str = Field("", description="the language that was spoken")
    ticket: str = Field("", description="the number of its ticket")
    contact_id: str = Field("", description="the id of the contact")
    contact_name: str = Field("", description="the contact's name")
    phone: str = Field("", description="the contact's number, E.164")
    email: str = Field("", description="the contact's mail address")
    created_at: str = Field("", description="ISO 8601")
    updated_at: str = Field("", description="ISO 8601")
    raw: dict[str, Any] = Field(default_factory=dict, description=RAW)


class ConversationList(Listed):
    """Some conversations."""

    sessions: list[dict[str, Any]] = Field(
        default_factory=list, description="the conversations, each as opencx.session.get gives it without raw"
    )


class History(Listed):
    """What was said in a conversation."""

    messages: list[dict[str, Any]] = Field(
        default_factory=list,
        description="what was said and happened, the oldest first, each with type, role (user, assistant, agent), text "
        "and at (ISO 8601)",
    )
    transcript: str = Field("", description="what was said, a line for each message")


class SentMessage(Output):
    """What became of a message."""

    success: bool = Field(True, description="false when the platform says that it did not work")
    code: str = Field("", description="the platform's word for what became of it")
    handed_off: bool = Field(False, description="true when a person has the conversation now")
    data: dict[str, Any] = Field(default_factory=dict, description="everything it answered, the AI's reply among it")


@action("opencx.session.get", in_doubt="repeat", platforms=OPENCX)
async def session_get(context: ActionContext, params: SessionParams) -> Conversation:
    """Show a conversation. A call is one, or a part of one when the same person has called before."""
    return _shown(await client_of(context).session(session_of(context, params)))


@action("opencx.session.list", in_doubt="repeat", platforms=OPENCX)
async def session_list(context: ActionContext, params: SessionListParams) -> ConversationList:
    """List conversations, as the platform orders them."""
    asked = {"status": params.status, "channel_type": params.channel, "created_after": params.created_after}
    listing = await client_of(context).sessions({name: value for name, value in asked.items() if value})
    kept = [_shown(each).model_dump(mode="json", exclude={"raw"}) for each in listing.items[: params.limit]]
    complete = listing.complete and len(listing.items) <= params.limit
    return ConversationList(sessions=kept, count=len(kept), complete=complete)


@action("opencx.session.history", in_doubt="repeat", platforms=OPENCX)
async def session_history(context: ActionContext, params: SessionParams) -> History:
    """Show everything that was said in a conversation, which may be more than one call."""
    listing = await client_of(context).history(session_of(context, params))
    messages = [_message(each) for each in in_order(listing.items)]
    return History(
        messages=messages, count=len(messages), complete=listing.complete, transcript=transcript(listing.items)
    )


async def _sent(context: ActionContext, params: SendParams) -> SentMessage | None:
    """Whether the conversation has the message, from the contact and not older than the try."""
    begin = since(context)
    listing = await client_of(context).history(session_of(context, params))
    for each in listing.items:
        if said(each) == ("user", params.text) and not_before(each.created_at, begin):
            return SentMessage()
    certainly_not(listing.complete)
    return None


@action("opencx.session.send", in_doubt="verify", platforms=OPENCX, verify=_sent)
async def session_send(context: ActionContext, params: SendParams) -> SentMessage:
    """Say something in a conversation in the name of the contact; the AI may answer it.

    It is a message of a chat: a live call does not hear it.
    """
    return _answered(await client_of(context).send(session_of(context, params), params.text))


@action("opencx.session.update", in_doubt="repeat", platforms=OPENCX)
async def session_update(context: ActionContext, params: SessionUpdateParams) -> Conversation:
    """Change a conversation, such as its status."""
    return _shown(await client_of(context).update_session(session_of(context, params), params.set))


def _shown(session: Session) -> Conversation:
    contact, channel = part(session.contact, Contact), session.channel
    return Conversation(
        id=text(session.id),
        status=text(session.status),
        channel=text(channel.get("type")) if isinstance(channel, dict) else text(channel),
        closure=text(session.ai_closure_type),
        sentiment=text(session.sentiment),
        summary=text(session.summary),
        language=text(session.language),
        ticket=text(session.ticket_number),
        contact_id=text(contact.id),
        contact_name=text(contact.name),
        phone=e164(text(contact.phone_number)),
        email=text(contact.email),
        created_at=iso(session.created_at),
        updated_at=iso(session.updated_at),
        raw=raw(session),
    )


def _message(item: HistoryItem) -> dict[str, str]:
    who, words = said(item)
    kind = text(part(item.event, HistoryEvent).type)
    return {"type": kind, "role": who, "text": words, "at": iso(item.created_at)}


def _answered(sent: Sent) -> SentMessage:
    data = redacted(sent.data) if isinstance(sent.data, dict) else {}
    return SentMessage(
        success=sent.success is not False and data.get("success") is not False,
        code=text(data.get("code")),
        handed_off=data.get("sessionIsHandedOff") is True,
        data=data,
    )


SESSION_ACTIONS = (session_get, session_list, session_history, session_send, session_update)
