"""What a person may see: numbers are masked in every record until somebody asks for those of one event or one call."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.requests import Request

from console.masking import mask_numbers
from console.texts import map_texts, printable
from console.web.desk import desk_of, note, visitor_of
from store.event import Event


def call_key(connection: str, call: str) -> str:
    """What a call goes by among the things whose numbers somebody asked for."""
    return f"call:{connection}:{call}"


def sees_numbers(request: Request, event: Event) -> bool:
    """Whether this person asked for the numbers of the event, or of its call."""
    visitor = visitor_of(request)
    return visitor.sees_numbers_of(event.id) or visitor.sees_numbers_of(call_key(event.connection, event.call.id))


def shown(value: Any, known: Iterable[str], *, numbers: bool) -> Any:
    """A record as it is shown: no control characters, and no phone number unless they may be seen."""
    plain = map_texts(value, printable)
    return plain if numbers else mask_numbers(plain, known)


async def reveal(request: Request, what: str, did: str, **told: object) -> None:
    """Show this person the numbers of something from now on, and write down who asked; once is enough."""
    visitor = visitor_of(request)
    if visitor.sees_numbers_of(what):
        return
    await desk_of(request).store.sessions.reveal(visitor.token, visitor.session, what)
    await note(request, did, **told)
