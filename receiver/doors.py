"""Which of a connection's URLs a request came to: `/hooks/{connection}[/{token}][/{door}[/{name}]]`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

NAMED = "tools"
"""The door that has a name behind it."""

WORDS = frozenset({NAMED, "context", "data"})
"""Segments that name a door, and so cannot be a path token."""


@dataclass(frozen=True)
class Way:
    """Where a request came in."""

    door: str = ""
    tool: str = ""
    token: str = ""


EVENTS = Way()
"""The way of events, without a token in the path."""


def way_of(rest: str | None) -> Way | None:
    """What stands behind the slash after the connection's name, read; None for a path that leads nowhere."""
    if rest is None:
        return EVENTS
    segments = rest.split("/")
    token = segments.pop(0) if segments[0] not in WORDS else ""
    match segments:
        case [] if token:
            return Way(token=token)
        case [door] if door in WORDS - {NAMED}:
            return Way(door, token=token)
        case ["tools", tool] if tool:
            return Way(NAMED, tool, token)
    return None


def methods_at(doors: Mapping[str, Collection[str]], way: Way) -> Collection[str]:
    """The methods a provider takes there; none where it has no such door."""
    return doors.get(way.door, ())
