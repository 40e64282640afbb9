"""Which deliveries are one and the same.

The id of the delivery tells, in the headers of Svix or of Standard Webhooks; each entry of a list has its place beside
it. Without an id the whole body stands for it, but only where nothing genuine can be the same: it must tell its moment,
and be no message, since two short ones may well be told in the same second. Calls of actions have no key at all: they
are never repeated by the platform, and an agent that asks twice means it.
"""

from __future__ import annotations

import hashlib

from receiver.auth.standard import FAMILIES
from receiver.providers.dedup import written_key
from receiver.raw import RawDelivery
from store.event import Event


def delivery_id(raw: RawDelivery) -> str:
    """What the headers call the delivery; empty when they do not."""
    return next(filter(None, (raw.header(f"{family}-id") for family in FAMILIES)), "")


def event_key(raw: RawDelivery, event: Event, place: int) -> str | None:
    """The key of one event of the delivery; None when nothing tells it from another."""
    if named := delivery_id(raw):
        return written_key("delivery", named, place)
    if event.occurred_at is None or event.kind == "message":
        return None
    return written_key("body", hashlib.sha256(raw.body).hexdigest(), place)


def data_key(raw: RawDelivery) -> str | None:
    """The key of collected data: nothing tells two callers with the same answers apart but the id of the delivery."""
    named = delivery_id(raw)
    return written_key("delivery", named, 0) if named else None
