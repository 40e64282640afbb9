"""What the machine allows, whoever asks: the limits that stand beside every other number."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import os
import platform
import sys
import time
from collections.abc import Callable
from pathlib import Path

import uvloop

from benchmarks.client import Order
from benchmarks.measure import Row, Scale, Table
from benchmarks.processes import free_port, python, running, send
from benchmarks.traffic import Traffic

ANSWER = b'HTTP/1.1 200 OK\r\ncontent-length: 11\r\n\r\n{"ok":true}'


def measure(folder: Path, scale: Scale) -> Table:
    """Loopback, disk, hashing."""
    body = Traffic().body("x")
    rows = [
        _loopback(folder, scale),
        Row("fsync of 4 kB appends", "/s", [_fsyncs(folder, scale.seconds / 2)]),
        Row("HMAC-SHA256 of one body", "/s", [_per_second(_hmac(body), scale.seconds / 5)]),
    ]
    return Table("machine", f"The machine: {os.cpu_count()} cores, {_processor()}, Linux {platform.release()}", rows)


def _loopback(folder: Path, scale: Scale) -> Row:
    """Exchanges with a server that does nothing but find the end of a request: what client and kernel allow."""
    port = free_port()
    with running(python("benchmarks.machine", str(port)), folder / "echo.log", port=port):
        outcome = send(Order(port, seconds=scale.seconds, most=int(40_000 * scale.seconds)))
    cost = outcome.cpu / outcome.requests * 1e6
    return Row("HTTP exchanges over loopback", "/s", [outcome.rate], outcome.failed, {"client µs each": cost})


def _per_second(work: Callable[[], object], seconds: float) -> float:
    count, began = 0, time.perf_counter()
    while (took := time.perf_counter() - began) < seconds:
        work()
        count += 1
    return count / took


def _fsyncs(folder: Path, seconds: float) -> float:
    with (folder / "fsync").open("wb", buffering=0) as file:

        def work() -> None:
            file.write(bytes(4096))
            os.fdatasync(file.fileno())

        return _per_second(work, seconds)


def _hmac(body: bytes) -> Callable[[], object]:
    return lambda: hmac.new(b"secret", body, hashlib.sha256).hexdigest()


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


class _Echo(asyncio.Protocol):
    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport, self._size, self._length = transport, 0, 0

    def data_received(self, data: bytes) -> None:
        if not self._size:
            head = data.find(b"\r\n\r\n")
            at = data.find(b"content-length: ")
            self._length = head + 4 + int(data[at + 16 : data.find(b"\r", at)])
        self._size += len(data)
        if self._size >= self._length:
            self._size = 0
            self._transport.write(ANSWER)  # type: ignore[attr-defined]


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(_Echo, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    uvloop.run(_serve(int(sys.argv[1])))
