"""A mail server and web servers in a few lines, with the faults of real ones."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.warm.programs import PATIENCE as PROGRAMS_PATIENCE
from tests.warm.programs import Program
from workers.clients.notices.notifier import Notice, Notifier
from workers.clients.notices.report import Report

Reader = asyncio.StreamReader
Writer = asyncio.StreamWriter

HERE = ["127.0.0.1"]
NOTICE = Notice("A call has failed.", "Failed call")
LONG = 50.0
PATIENCE = (2.0, 8.0, 30.0)
"""Seconds a notification gets, more each time: on a busy machine a process of its own may need all of the first."""


@dataclass
class MailServer:
    """Takes mails. `faults` is verb → what is answered instead, "" to hang up."""

    faults: dict[str, str] = field(default_factory=dict)
    mails: list[str] = field(default_factory=list)

    async def __call__(self, reader: Reader, writer: Writer) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            verb = line.split()[0].decode().upper()
            answer = self.faults.get(verb, self._answer(verb))
            if not answer:
                break
            writer.write(f"{answer}\r\n".encode())
            if verb == "DATA" and answer.startswith("354"):
                writer.write(await self._text(reader))
            if verb == "QUIT":
                break
        writer.close()

    def _answer(self, verb: str) -> str:
        return {"EHLO": "250-here\r\n250 AUTH PLAIN LOGIN", "DATA": "354 go on", "AUTH": "235 in"}.get(verb, "250 ok")

    async def _text(self, reader: Reader) -> bytes:
        self.mails.append((await reader.readuntil(b"\r\n.\r\n")).decode())
        return self.faults.get("TEXT", "250 taken").encode() + b"\r\n"


@dataclass
class WebServer:
    """Takes one request a connection. `fault` is empty, `hang`, `reset`, or the status line and headers to answer."""

    fault: str = ""
    bodies: list[str] = field(default_factory=list)
    taken: asyncio.Event = field(default_factory=asyncio.Event)

    async def __call__(self, reader: Reader, writer: Writer) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r")[0] or 0)
        self.bodies.append((await reader.readexactly(length)).decode())
        self.taken.set()
        if self.fault == "hang":
            await reader.read()
        elif self.fault == "reset":
            writer.transport.abort()
        else:
            port = writer.get_extra_info("sockname")[1]
            head = (self.fault or "200 OK").format(port=port)
            writer.write(f"HTTP/1.1 {head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        writer.close()


@asynccontextmanager
async def listening(server: MailServer | WebServer) -> AsyncIterator[int]:
    """The port the server has on loopback."""
    started = await asyncio.start_server(server, "127.0.0.1", 0)
    try:
        yield started.sockets[0].getsockname()[1]
    finally:
        started.close()
        await started.wait_closed()


@dataclass
class Forked:
    """The process of a notification without the third of a second its imports take, as `asyncio` has processes."""

    program: Program
    stdin: asyncio.StreamWriter
    stdout: asyncio.StreamReader

    def kill(self) -> None:
        self.program.kill()

    async def wait(self) -> int:
        return await asyncio.to_thread(self.program.wait, PROGRAMS_PATIENCE)


async def forked(_python: str, *arguments: str, env: Mapping[str, str], limit: int, **_: Any) -> Forked:
    """In the place of `asyncio.create_subprocess_exec`; `python` comes with the flags and `-m MODULE`."""
    loop, stdout = asyncio.get_running_loop(), asyncio.StreamReader(limit)
    (theirs_in, ours_in), (ours_out, theirs_out) = os.pipe(), os.pipe()
    with ExitStack() as undo:
        said, given = undo.enter_context(os.fdopen(ours_out, "rb")), undo.enter_context(os.fdopen(ours_in, "wb"))
        with os.fdopen(theirs_in, "rb") as stdin, os.fdopen(theirs_out, "wb") as out:
            program = Program(arguments[-1], environ=env, stdin=stdin, stdout=out)
        undo.callback(program.wait)
        undo.callback(program.kill)
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stdout), said)
        transport, protocol = await loop.connect_write_pipe(asyncio.streams.FlowControlMixin, given)
        undo.pop_all()
    return Forked(program, asyncio.StreamWriter(transport, protocol, None, loop), stdout)


async def sent(url: str, allow: list[str] | None = None, notice: Notice = NOTICE, seconds: float = LONG) -> Report:
    return await Notifier(HERE if allow is None else allow).send(url, notice, seconds)


async def through(server: MailServer | WebServer, url: str, allow: list[str] | None = None) -> Report:
    async with listening(server) as port:
        return await sent(url.format(port=port), allow)
