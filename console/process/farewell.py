"""The end of a server: whoever has knocked by then is let in and answered.

A listening socket that is closed resets the connections that wait in it, and a process that is busy lets some wait. A
platform would see its delivery break off, and a caller would hear nothing.
"""

from __future__ import annotations

import asyncio
import signal
import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress

import uvicorn

LINGER = 0.5
"""Seconds that whoever was let in last gets to say what they want."""


class CalmServer(uvicorn.Server):
    """A server for which SIGTERM and SIGINT are a clean end, exit code 0."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        loop = asyncio.get_running_loop()
        for wanted in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(wanted, self.stop)
        yield

    def stop(self) -> None:
        """Accept nothing more, finish what is open."""
        self.should_exit = True


class QuietServer(CalmServer):
    """One that answers whoever has knocked by then."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await close_the_door(self, sockets or [])
        await super().shutdown()


async def close_the_door(server: uvicorn.Server, sockets: Sequence[socket.socket]) -> None:
    """Let in who waits, nobody after them, and hear the last ones out; requests in work go on."""
    guests = [guest for each in sockets for guest in _waiting_at(each)]
    for listening in server.servers:
        listening.close()
    for each in sockets:
        each.close()
    loop, config = asyncio.get_running_loop(), server.config
    for guest in guests:
        await loop.connect_accepted_socket(
            lambda: config.http_protocol_class(  # type: ignore[call-arg]
                config=config, server_state=server.server_state, app_state=server.lifespan.state
            ),
            guest,
        )
    await asyncio.sleep(LINGER)


def _waiting_at(listening: socket.socket) -> list[socket.socket]:
    guests = []
    with suppress(OSError):
        listening.setblocking(False)
        while True:
            guests.append(listening.accept()[0])
    return guests
