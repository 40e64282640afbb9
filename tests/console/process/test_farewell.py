from __future__ import annotations

import asyncio
import signal
import socket

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from console.process import farewell
from console.process.door import listen
from console.process.farewell import CalmServer, QuietServer, close_the_door


async def hello(_: Request) -> Response:
    return PlainTextResponse("hello")


async def started(listening: socket.socket) -> QuietServer:
    config = uvicorn.Config(Starlette(routes=[Route("/", hello)]), log_config=None, loop="asyncio")
    config.load()
    server = QuietServer(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup([listening])
    return server


async def test_who_waits_at_the_door_is_heard_and_nobody_after_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(farewell, "LINGER", 0.1)
    listening = listen("127.0.0.1", 0)
    port = listening.getsockname()[1]
    server = await started(listening)
    guests = [socket.create_connection(("127.0.0.1", port)) for _ in range(5)]
    closing = asyncio.create_task(close_the_door(server, [listening]))
    await asyncio.sleep(0)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port))
    for guest in guests:
        guest.send(b"GET / HTTP/1.1\r\nhost: here\r\n\r\n")
    await closing
    await asyncio.wait_for(server.shutdown(), 30)
    for guest in guests:
        guest.settimeout(30)
        said = b""
        while chunk := guest.recv(4096):
            said += chunk
        assert said.startswith(b"HTTP/1.1 200 OK")
        assert said.endswith(b"hello")
        guest.close()


async def test_signals_end_it_without_being_raised_again() -> None:
    told = asyncio.Event()

    class Server(CalmServer):
        def stop(self) -> None:
            super().stop()
            told.set()

    server = Server(uvicorn.Config("unused:app"))
    with server.capture_signals():
        signal.raise_signal(signal.SIGTERM)
        await asyncio.wait_for(told.wait(), 60)
    assert server.should_exit
