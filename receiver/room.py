"""Room: how much the receiver holds at once, so that no flood of requests takes its memory.

What somebody waits for and what nobody waits for are counted apart, so neither takes the other's place.
"""

from __future__ import annotations

from collections.abc import Callable

SMALL = 65_536
"""Bytes up to which a body is always read: a caller may wait behind it, and the server has read as much by itself."""


class NoRoom(Exception):
    """So many large bodies are held already that this one is not read."""


class Body:
    """Room for one body: to be told how long it has become; raises NoRoom when there is none."""

    __slots__ = ("_held", "_most", "_room")

    def __init__(self, room: Room, most: int) -> None:
        self._room = room
        self._most = most
        self._held = 0

    def __enter__(self) -> Callable[[int], None]:
        return self._grow

    def __exit__(self, *_: object) -> None:
        self._room.held -= self._held

    def _grow(self, size: int) -> None:
        if size <= SMALL:
            return
        more = size - self._held
        if self._room.held + more > self._most:
            raise NoRoom
        self._held += more
        self._room.held += more


class Place:
    """A place for one request, if there is one: to be entered, which tells."""

    __slots__ = ("_room", "_taken", "_waits")

    def __init__(self, room: Room, waits: bool) -> None:
        self._room = room
        self._waits = waits

    def __enter__(self) -> bool:
        self._taken = self._room.in_work[self._waits] < self._room.requests
        self._room.in_work[self._waits] += self._taken
        return self._taken

    def __exit__(self, *_: object) -> None:
        self._room.in_work[self._waits] -= self._taken


class Room:
    """Requests in work, and the large bodies among them."""

    def __init__(self, requests: int, bodies: int) -> None:
        """How many requests of each sort, and how many bytes of bodies larger than a small one."""
        self.requests = requests
        self._bodies = bodies
        self.held = 0
        """Bytes of large bodies."""
        self.in_work = {True: 0, False: 0}
        """Requests that somebody waits for, and others."""

    def body(self) -> Body:
        """Room for one body while it is held."""
        return Body(self, self._bodies)

    def place(self, *, waits: bool) -> Place:
        """A place for one more request that somebody waits for, or nobody does."""
        return Place(self, waits)
