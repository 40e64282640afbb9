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

    def heal(self) -> None:
        """As it should be; what was held back passes."""
        self.refusing = False
        self.delay = 0.0
        self._flowing.set()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self._writers.add(writer)
        try:
            await self._between(reader, writer)
        finally:
            writer.close()
            self._writers.discard(writer)

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
            far_writer.close()
            self._writers.discard(far_writer)

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                if self.delay:
                    await asyncio.sleep(self.delay)
                await self._flowing.wait()
                writer.write(data)
                await writer.drain()
