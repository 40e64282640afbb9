"""A server that rules call: it notes when the first byte of each request arrived, and writes that down when stopped."""

from __future__ import annotations

import asyncio
import signal
import sys
import time
from pathlib import Path

import orjson
import uvloop

ANSWER = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-type: application/json\r\n\r\n{}"


class Arrivals(asyncio.Protocol):
    """One connection; requests without a body, one after the other."""

    noted: list[tuple[str, int]] = []  # noqa: RUF012

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._read = b""
        self._began = 0

    def data_received(self, data: bytes) -> None:
        if not self._read:
            self._began = time.monotonic_ns()
        self._read += data
        if b"\r\n\r\n" in self._read:
            self.noted.append((self._read.split(b" ", 2)[1].decode().strip("/"), self._began))
            self._read = b""
            self._transport.write(ANSWER)  # type: ignore[attr-defined]


async def serve(port: int) -> None:
    """Until SIGTERM."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    server = await loop.create_server(Arrivals, "127.0.0.1", port)
    await stop.wait()
    server.close()


if __name__ == "__main__":
    uvloop.run(serve(int(sys.argv[1])))
    Path(sys.argv[2]).write_bytes(orjson.dumps(Arrivals.noted))
