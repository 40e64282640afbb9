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

    @contextmanager
    def body(self) -> Iterator[Callable[[int], None]]:
        """Room for one body while it is held: to be told how long it has become; raises NoRoom when there is none."""
        held = 0

        def grown(size: int) -> None:
            nonlocal held
            more = size - held if size > SMALL else 0
            if self.held + more > self._bodies:
                raise NoRoom
            held += more
            self.held += more

        try:
            yield grown
        finally:
            self.held -= held

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
