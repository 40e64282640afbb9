"""Ways between the parts that can be cut, refused, hung and delayed: unix sockets and TCP."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

CHUNK = 65536


@dataclass
class Way:
    """Passes bytes from where it listens to where it leads. A path is a unix socket, a number a port on loopback."""

    listens: Path | int
    leads: Path | int
    delay: float = 0.0
    """Seconds that everything takes longer, each way."""
    refusing: bool = False
    _flowing: asyncio.Event = field(default_factory=asyncio.Event)
    _writers: set[asyncio.StreamWriter] = field(default_factory=set)
    _near: set[asyncio.StreamWriter] = field(default_factory=set)
    """Those of them that lead back to who has asked."""
    _lost: set[asyncio.StreamWriter] = field(default_factory=set)
    """What is written to them vanishes."""
    _server: asyncio.Server | None = None
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def open(self) -> Way:
        """Begin to listen."""
        self._flowing.set()
        if isinstance(self.listens, Path):
            self._server = await asyncio.start_unix_server(self._serve, self.listens)
        else:
            self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.listens)
            self.listens = int(self._server.sockets[0].getsockname()[1])
        return self

    async def close(self) -> None:
        """Stop listening and drop everything."""
        assert self._server
        self._server.close()
        self._flowing.set()
        self.refuse()
        await asyncio.gather(*self._tasks)

    def reset(self) -> None:
        """Break every connection, without a goodbye; new ones are welcome."""
        for writer in list(self._writers):
            writer.transport.abort()

    def refuse(self) -> None:
        """Break every connection, and each new one at once."""
        self.refusing = True
        self.reset()

    def hang(self) -> None:
        """Nothing passes any more, and nobody is told."""
        self._flowing.clear()

    def lose(self) -> None:
        """Every connection there is leads nowhere from now on, and neither end is told."""
        self._lost |= self._writers

    def mute(self) -> None:
        """Of every connection there is what is asked arrives, and no answer comes back any more."""
        self._lost |= self._near

    def heal(self) -> None:
        """As it should be; what was held back passes. A connection that was lost stays lost."""
        self.refusing = False
        self.delay = 0.0
        self._flowing.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._writers.add(writer)
        self._near.add(writer)
        try:
            await self._between(reader, writer)
        finally:
            self._near.discard(writer)
            self._leave(writer)

    async def _between(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self.refusing:
            return
        try:
            if isinstance(self.leads, Path):
                far_reader, far_writer = await asyncio.open_unix_connection(self.leads)
            else:
                far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.leads)
        except OSError:
            return
        self._writers.add(far_writer)
        pumps = {
            asyncio.create_task(self._pump(reader, far_writer)),
            asyncio.create_task(self._pump(far_reader, writer)),
        }
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            await asyncio.gather(*pumps, return_exceptions=True)
            self._leave(far_writer)

    def _leave(self, writer: asyncio.StreamWriter) -> None:
        writer.close()
        self._writers.discard(writer)
        self._lost.discard(writer)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                if self.delay:
                    await asyncio.sleep(self.delay)
                await self._flowing.wait()
                if writer not in self._lost:
                    writer.write(data)
                    await writer.drain()
