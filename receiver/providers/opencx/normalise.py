"""One delivery → its events, by the door it came to, whatever the body is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import orjson

from receiver.providers.opencx import words
from receiver.providers.opencx.calls import call_behind, call_in, call_of
from receiver.providers.opencx.identity import data_key, event_key
from receiver.providers.opencx.sections import sections
from receiver.providers.payload import Unreadable, first, mappings, moment, read_object, read_value, text
from receiver.providers.toolcalls import tool_calls
from receiver.raw import RawDelivery
from store.event import Event
from store.request import form_in, is_form

MOST_EVENTS = 100
"""Entries of one delivery; more are no delivery of this platform."""

Payload = dict[str, Any]


def normalise(raw: RawDelivery) -> Sequence[Event]:
    """Never raises: an undocumented name becomes kind `unknown`, a body that cannot be read `unreadable`."""
    reader = {"tools": _action, "data": _collected}.get(raw.request.door, _events)
    try:
        return reader(raw)
    except Unreadable as error:
        return [_event(raw, kind="unreadable", problem=error.problem)]


def _events(raw: RawDelivery) -> Sequence[Event]:
    """One event, or one for each entry of a list."""
    payload = read_object(raw.body)
    data = payload.get("data")
    if not isinstance(data, list):
        return [_posted(raw, payload, 0)]
    entries = mappings(data)
    if len(entries) > MOST_EVENTS:
        raise Unreadable(f"the body holds more than {MOST_EVENTS} events")
    parts = [payload | {"data": entry} for entry in entries] or [payload | {"data": {}}]
    return [_as_part(_posted(raw, part, place), part) for place, part in enumerate(parts)]


def _as_part(event: Event, part: Payload) -> Event:
    """What is kept with an event of a list is its own entry, so that rules see the same as of a single one."""
    return event.model_copy(update={"part": orjson.dumps(part)})


def _posted(raw: RawDelivery, payload: Payload, place: int) -> Event:
    native, data = text(payload.get("event")), _object(payload.get("data"))
    kind = words.EVENTS.get(native, "unknown")
    event = _event(
        raw,
        raw=payload,
        kind=kind,
        native=native,
        occurred_at=moment(first(data, "timestamp", "call_timestamp") or payload.get("timestamp")),
        call=call_of(native, kind, payload.get("organization_id"), data),
        **sections(kind, native, data),
    )
    return event.model_copy(update={"dedup_key": event_key(raw, event, place)})


def _action(raw: RawDelivery) -> Sequence[Event]:
    """The agent runs one tool, and the caller waits. What stands in the body counts more than what is in the query."""
    body = _fields(raw)
    tools = tool_calls([("", raw.request.tool, {**raw.request.query, **body})])
    call = call_behind(raw.headers)
    return [_event(raw, raw=body, kind="tool-calls", native=words.ACTION, call=call, tools=tools)]


def _collected(raw: RawDelivery) -> Sequence[Event]:
    """What was gathered in a call, in whatever form."""
    data = {**raw.request.query, **_fields(raw)}
    return [
        _event(
            raw,
            raw=data,
            kind="data-collected",
            native=words.DATA,
            occurred_at=moment(data.get("timestamp")),
            call=call_in(data),
            data=data,
            dedup_key=data_key(raw),
        )
    ]


def _fields(raw: RawDelivery) -> Payload:
    """The object or the form in the body; JSON that is neither stands under `value`. Raises Unreadable."""
    if not raw.body:
        return {}
    if is_form(written := raw.header("content-type")):
        return form_in(raw.body, written)
    found = read_value(raw.body)
    return found if isinstance(found, dict) else {"value": found}


def _object(value: Any) -> Payload:
    return value if isinstance(value, dict) else {}


def _event(delivery: RawDelivery, **fields: Any) -> Event:
    return Event(provider="opencx", connection=delivery.connection, received_at=delivery.received_at, **fields)
