"""Commands that are asked for at the same moment share one round trip.

What a client spends on a command is mostly the trip: taking a connection, writing, waiting, reading. Many jobs and many
requests run side by side in one process, so their commands travel in company, and each gets its own answer or error. A
write is answered only after it came back, and at `always` the store makes with one fsync all of a company durable.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from hiredis import pack_command
from redis.asyncio import Redis
from redis.exceptions import ConnectionError, ResponseError
from redis.exceptions import TimeoutError as SilentStore

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from redis.asyncio import Connection

GROUP = 128
"""How many commands one round trip carries at the most."""

IN_FLIGHT = 4
"""How many round trips are on their way at once: a slow one does not keep the others."""

COPY_MS = 400
"""Milliseconds a write waits for its copies: less than a receiver waits for the store."""

Command = tuple[Any, ...]
Asked = tuple[Command, asyncio.Future[Any]]


class NotCopiedError(ConnectionError):
    """Too few replicas have the write, or the server takes none. It may be there all the same: ask again."""


class Together:
    """The commands of one client. A group forms while the loop is busy, or while those before it are on their way."""

    def __init__(self, redis: Redis, *, copies: int = 0, in_flight: int = IN_FLIGHT) -> None:
        """`copies` is on how many replicas the writes of a trip must be before one of its replies counts."""
        self._redis = redis
        self._copies = copies
        self._room = in_flight
        self._hurried: deque[Asked] = deque()
        self._patient: deque[Asked] = deque()
        self._flights: set[asyncio.Task[None]] = set()

    @property
    def waiting(self) -> int:
        """How many commands are not on their way yet."""
        return len(self._hurried) + len(self._patient)

    async def ask(self, *command: Any, patient: bool = False) -> Any:
        """The reply to one command. Raises what the store raised; then it may or may not have been carried out.

        What nobody waits for is `patient`: it leaves after everything else.
        """
        done: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        (self._patient if patient else self._hurried).append((command, done))
        self._take_off()
        return await done

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
        group = list(self._next_group())
        try:
            if group:
                await self._carry(group)
        except BaseException as error:
            for _, done in group:
                _resolve(done, error)
            if not isinstance(error, Exception):
                raise

    def _next_group(self) -> Iterator[Asked]:
        """The oldest ones that somebody still waits for: who gave up was told that nothing was done."""
        room = GROUP
        while room and (queue := self._hurried or self._patient):
            asked = queue.popleft()
            if not asked[1].done():
                room -= 1
                yield asked

    async def _carry(self, group: Sequence[Asked]) -> None:
        """Each hears its reply as soon as it is there, while the store is still at the next; copies are for all."""
        if self._copies:
            return await self._carry_copied(group)
        async with _connection(self._redis) as connection:
            await _send(connection, [command for command, _ in group])
            for command, done in group:
                _resolve(done, await _reply(self._redis, connection, command[0]))

    async def _carry_copied(self, group: Sequence[Asked]) -> None:
        """On one connection, so that the WAIT at the end is about all of these writes."""
        wait: Command = ("WAIT", self._copies, COPY_MS)
        *replies, copied = await round_trip(self._redis, [*(command for command, _ in group), wait])
        error = None
        if not isinstance(copied, int) or copied < self._copies:
            error = NotCopiedError(f"on {copied} of {self._copies} replicas after {COPY_MS} ms")
        for (_, done), reply in zip(group, replies, strict=True):
            _resolve(done, reply if error is None or isinstance(reply, BaseException) else error)


async def round_trip(redis: Redis, commands: Sequence[Command]) -> list[Any]:
    """The replies to commands that are sent at once, errors of the store in their place. Raises RedisError, OSError."""
    async with _connection(redis) as connection:
        await _send(connection, commands)
        return [await _reply(redis, connection, command[0]) for command in commands]


async def _send(connection: Connection, commands: Sequence[Command]) -> None:
    await connection.send_packed_command([pack_command(command) for command in commands])


@asynccontextmanager
async def _connection(redis: Redis) -> AsyncIterator[Connection]:
    """A connection with one timeout for a whole trip, where it has one for each reply by itself."""
    pool = redis.connection_pool
    connection = pool.get_available_connection()  # type: ignore[no-untyped-call]
    patience, connection.socket_timeout = connection.socket_timeout, None
    try:
        async with asyncio.timeout(patience):
            if not _is_open(connection):
                await pool.ensure_connection(connection)
            yield connection
    except BaseException as error:
        await connection.disconnect(nowait=True)  # what was not read of its replies must not be read by others
        if not isinstance(error, TimeoutError):
            raise
        raise SilentStore(f"the store said nothing for {patience} s") from None
    finally:
        connection.socket_timeout = patience
        await pool.release(connection)


def _is_open(connection: Connection) -> bool:
    """Whether it can be used at once. The pool's own look at the socket takes two turns of the event loop."""
    stream = connection._reader
    return stream is not None and not stream.at_eof() and stream.exception() is None


async def _reply(redis: Redis, connection: Connection, name: str) -> Any:
    """In the form that the client itself gives it."""
    try:
        reply = await connection.read_response()
    except ResponseError as error:
        return error
    formed = redis.response_callbacks.get(name)
    return formed(reply) if formed else reply


def _resolve(done: asyncio.Future[Any], reply: Any) -> None:
    if done.done():
        return
    if isinstance(reply, BaseException):
        done.set_exception(reply)
    else:
        done.set_result(reply)


def copies_of(redis: Redis) -> int:
    """How many replicas a write through this client must reach before it counts."""
    return getattr(redis, "copies", 0)


def together(redis: Redis, *, copies: int = 0) -> Together:
    """The company that commands of this client travel in; those that must be copied have one of their own."""
    companies: dict[int, Together] = redis.__dict__.setdefault("companies", {})
    company = companies.get(copies)
    if company is None:
        company = companies[copies] = Together(redis, copies=copies)
    return company
