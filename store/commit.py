"""Group commit: requests that arrive together share one round trip, and each is answered only after its own write."""

from __future__ import annotations

import asyncio
from collections import deque

from redis.asyncio import Redis

from store.events import Acceptance, Accepted
from store.scripting import run_many

GROUP = 128
"""How many events one round trip carries at the most."""


class GroupCommit:
    """Accepts events for many requests at once. A group forms while the one before it is on its way.

    Events that somebody waits for leave first, however many others there are.
    """

    def __init__(self, redis: Redis, *, in_flight: int = 2) -> None:
        self._redis = redis
        self._awaited: deque[tuple[Acceptance, asyncio.Future[Accepted]]] = deque()
        self._others: deque[tuple[Acceptance, asyncio.Future[Accepted]]] = deque()
        self._room = in_flight
        self._flights: set[asyncio.Task[None]] = set()

    async def accept(self, acceptance: Acceptance) -> Accepted:
        """Store one event durably. Raises what the store raised; then it may or may not be there."""
        done: asyncio.Future[Accepted] = asyncio.get_running_loop().create_future()
        (self._awaited if acceptance.event.waits else self._others).append((acceptance, done))
        self._take_off()
        return await done

    @property
    def waiting(self) -> int:
        """How many events are not on their way yet."""
        return len(self._awaited) + len(self._others)

    def _take_off(self) -> None:
        if self.waiting and len(self._flights) < self._room:
            flight = asyncio.create_task(self._fly())
            self._flights.add(flight)
            flight.add_done_callback(self._land)

    def _land(self, flight: asyncio.Task[None]) -> None:
        self._flights.discard(flight)
        self._take_off()

    async def _fly(self) -> None:
        await asyncio.sleep(0)
        group = self._next_group()
        if not group:
            return
        try:
            replies = await run_many(self._redis, "accept", [acceptance.arguments() for acceptance, _ in group])
        except BaseException as error:
            for _, done in group:
                _resolve(done, error)
            if not isinstance(error, Exception):
                raise
            return
        for (_, done), reply in zip(group, replies, strict=True):
            _resolve(done, reply)

    def _next_group(self) -> list[tuple[Acceptance, asyncio.Future[Accepted]]]:
        """The oldest ones that somebody still waits for: who gave up was told that nothing was stored."""
        group: list[tuple[Acceptance, asyncio.Future[Accepted]]] = []
        while len(group) < GROUP and (queue := self._awaited or self._others):
            acceptance, done = queue.popleft()
            if not done.done():
                group.append((acceptance, done))
        return group


def _resolve(done: asyncio.Future[Accepted], reply: object) -> None:
    if done.done():
        return
    if isinstance(reply, BaseException):
        done.set_exception(reply)
    elif isinstance(reply, list):
        done.set_result(Accepted.from_reply(reply))
    else:
        done.set_exception(TypeError(f"accept gave {type(reply).__name__}"))
