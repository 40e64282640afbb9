"""Room: how much the receiver holds at once, so that no flood of requests takes its memory.

What somebody waits for and what nobody waits for are counted apart, so neither takes the other's place.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

SMALL = 65_536
"""Bytes up to which a body is always read: a caller may wait behind it, and the server has read as much by itself."""


class NoRoom(Exception):
    """So many large bodies are held already that this one is not read."""


class Body:
    """Room for one body: to be told how long it has become; raises NoRoom when there is none."""

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


class Room:
    """Requests in work, and the large bodies among them."""

    def __init__(self, requests: int, bodies: int) -> None:
        """How many requests of each sort, and how many bytes of bodies larger than a small one."""
        self._requests = requests
        self._bodies = bodies
        self.held = 0
        """Bytes of large bodies."""
        self.in_work = {True: 0, False: 0}
        """Requests that somebody waits for, and others."""

    def body(self) -> Body:
        """Room for one body while it is held."""
        return Body(self, self._bodies)

    @contextmanager
    def place(self, *, waits: bool) -> Iterator[bool]:
        """Whether there is a place for one more request that somebody waits for, or nobody does."""
        if self.in_work[waits] >= self._requests:
            yield False
            return
        self.in_work[waits] += 1
        try:
            yield True
        finally:
            self.in_work[waits] -= 1
