"""Which deliveries are one and the same.

A message id in the headers of Svix or Standard Webhooks, where the connection's credential sends one, tells by itself.
Otherwise the platform sends no id at all, and there is a recipe for each native kind that cannot merge two genuine
events. A recipe that lacks one of its parts gives no key: a repeated delivery then counts twice, which is better than
losing a genuine event.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from receiver.providers.dedup import of_tools, written_key
from receiver.providers.payload import mapping, moment, text
from receiver.raw import RawDelivery
from store.event import Call, ToolCall

ID_HEADERS = ("svix-id", "webhook-id")

_TIMED = frozenset({"assistant-request", "transfer-destination-request", "handoff-destination-request"})


def delivery_key(raw: RawDelivery) -> str | None:
    """The key of a delivery that names itself."""
    found = next(filter(None, map(raw.header, ID_HEADERS)), "")
    return written_key("delivery", found) if found else None


def dedup_key(native: str, message: dict[str, Any], call: Call, tools: Sequence[ToolCall]) -> str | None:
    """The key of an event of this native kind; None when nothing tells it from another."""
    at = moment(message.get("timestamp"))
    stamp = at.isoformat() if at else ""
    if native == "campaign.predial":
        return _of_contact(mapping(message.get("contact")), stamp)
    if not call.id:
        return None
    if native in _TIMED and stamp:
        return written_key(native, call.id, stamp)
    if native == "status-update" and stamp:
        return written_key(native, call.id, text(message.get("status")), stamp)
    if native == "tool-calls" and tools and stamp:
        return written_key(native, call.id, of_tools(tools), stamp)
    if native == "end-of-call-report":
        return written_key(native, call.id, text(message.get("endedAt")))
    return None


def _of_contact(contact: dict[str, Any], stamp: str) -> str | None:
    parts = (text(contact.get("campaignId")), text(contact.get("id")), stamp)
    return written_key("campaign.predial", *parts) if all(parts) else None
