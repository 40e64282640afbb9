"""Commands that are asked for at the same moment share one round trip.

What a client spends on a command is mostly the trip: taking a connection, writing, waiting, reading. Many jobs and many
requests run side by side in one process, so their commands travel in company, and each gets its own answer or error.
"""

from __future__ import annotations

import asyncio
from collections import deque
from typing import Any

from redis.asyncio import Redis

GROUP = 128
"""How many commands one round trip carries at the most."""

IN_FLIGHT = 4
"""How many round trips are on their way at once: a slow one does not keep the others."""

Command = tuple[Any, ...]


class Together:
    """The commands of one client. A group forms while the loop is busy, or while those before it are on their way."""

    def __init__(self, redis: Redis, *, in_flight: int = IN_FLIGHT) -> None:
        self._redis = redis
        self._room = in_flight
        self._waiting: deque[tuple[Command, asyncio.Future[Any]]] = deque()
        self._flights: set[asyncio.Task[None]] = set()

    async def ask(self, *command: Any) -> Any:
        """The reply to one command. Raises what the store raised; then it may or may not have been carried out."""
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((command, done))
        self._take_off()
        return await done

    def _take_off(self) -> None:
        if self._waiting and len(self._flights) < self._room:
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
            replies = await self._carry([command for command, _ in group])
        except BaseException as error:
            replies = [error] * len(group)
            if not isinstance(error, Exception):
                raise
        finally:
            for (_, done), reply in zip(group, replies, strict=True):
                _resolve(done, reply)

    async def _carry(self, commands: list[Command]) -> list[Any]:
        if len(commands) == 1:
            return [await self._redis.execute_command(*commands[0])]  # type: ignore[no-untyped-call]
        async with self._redis.pipeline(transaction=False) as pipeline:
            for command in commands:
                pipeline.execute_command(*command)
            return list(await pipeline.execute(raise_on_error=False))

    def _next_group(self) -> list[tuple[Command, asyncio.Future[Any]]]:
        """The oldest ones that somebody still waits for."""
        group: list[tuple[Command, asyncio.Future[Any]]] = []
        while self._waiting and len(group) < GROUP:
            command, done = self._waiting.popleft()
            if not done.done():
                group.append((command, done))
        return group


def _resolve(done: asyncio.Future[Any], reply: Any) -> None:
    if done.done():
        return
    if isinstance(reply, BaseException):
        done.set_exception(reply)
    else:
        done.set_result(reply)


def together(redis: Redis) -> Together:
    """The company that commands of this client travel in."""
    company: Together | None = getattr(redis, "company", None)
    if company is None:
        company = Together(redis)
        redis.company = company  # type: ignore[attr-defined]
    return company
