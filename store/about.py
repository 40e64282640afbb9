"""Which event the present task is about: what its log lines and error reports name, wherever they are written."""

from __future__ import annotations

from contextvars import ContextVar
from dataclasses import dataclass

from store.event import EVENT_ID_PREFIX, Event


@dataclass(frozen=True)
class _Delivery:
    """What came in on a connection and is no event yet."""

    connection: str


_EVENT: ContextVar[Event | _Delivery | str] = ContextVar("event", default="")


def now_about(event: Event | str) -> None:
    """From here on the present task is about this event, of which perhaps only the id is known."""
    _EVENT.set(event)


def now_on(connection: str) -> None:
    """From here on the present task is about a delivery on this connection, unless it is about an event already."""
    if connection and not about():
        _EVENT.set(_Delivery(connection))


def about() -> dict[str, str]:
    """The event's id, its connection and its call, as far as they are known; empty when the task is about none."""
    event = _EVENT.get()
    if isinstance(event, str):
        return {"event_id": event} if event.startswith(EVENT_ID_PREFIX) else {}
    if isinstance(event, _Delivery):
        return {"connection": event.connection}
    told = {"event_id": event.id, "connection": event.connection, "call_id": event.call.id}
    return {name: value for name, value in told.items() if value}
