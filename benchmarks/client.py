"""The load, in a process of its own: `python -m benchmarks.client`, an order as JSON on stdin, the outcome on stdout.

Plain sockets and epoll, no framework, so that the client is not what is measured. Bodies are signed beforehand.

- closed: every connection sends its next request when it has its answer. For throughput.
- open: requests start by a fixed schedule, whatever became of those before; latency counts from the moment a request
  was meant to start, so that a stall is seen by all that it held up.
"""

from __future__ import annotations

import gc
import re
import resource
import select
import socket
import sys
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field
from functools import partial
from itertools import islice

import orjson

from benchmarks.traffic import Traffic

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
PATIENCE = 15.0
"""Seconds after the last request until an answer counts as missing."""


@dataclass
class Order:
    """What to send, and how."""

    port: int
    mode: str = "closed"
    kind: str = "informational"
    size: int = 3_500
    path: str = Traffic.path
    connections: int = 32
    seconds: float = 2.0
    rate: float = 0.0
    """Requests a second, open mode."""
    most: int = 0
    """How many requests at the most, closed mode; that many are signed beforehand."""
    prefix: str = "r"
    marker: str = ""
    """What an answer must contain to be counted as marked."""


@dataclass
class Outcome:
    """What came of it."""

    requests: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    """Seconds of processor the client itself took while it sent."""
    statuses: dict[str, int] = field(default_factory=dict)
    marked: int = 0
    missing: int = 0
    latencies: list[float] = field(default_factory=list)
    """Milliseconds, in the order of the answers."""
    starts: list[int] = field(default_factory=list)
    """Monotonic nanoseconds at which request number n was meant to start, open mode."""

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds if self.seconds else 0.0

    @property
    def failed(self) -> int:
        """Answers that were not 200, and those that never came."""
        return self.missing + sum(count for status, count in self.statuses.items() if status != "200")


class Line:
    """One connection with at most one request on it."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.began = 0
        self._read = b""

    def send(self, request: bytes, began: int) -> None:
        """Send a whole request."""
        self.began = began
        self.socket.sendall(request)

    def receive(self) -> bytes:
        """The whole answer, or nothing as long as more has to come."""
        chunk = self.socket.recv(65536)
        if not chunk:
            raise ConnectionError("the server hung up")
        data = self._read + chunk if self._read else chunk
        head = data.find(b"\r\n\r\n")
        length = _LENGTH.search(data, 0, head) if head >= 0 else None
        if head < 0 or len(data) < head + 4 + (int(length[1]) if length else 0):
            self._read = data
            return b""
        self._read = b""
        return data


class Load:
    """One order, carried out."""

    def __init__(self, order: Order) -> None:
        self.order = order
        self.outcome = Outcome()
        self._marker = order.marker.encode()
        self._statuses: Counter[bytes] = Counter()
        self._lines = {line.socket.fileno(): line for line in (Line(order.port) for _ in range(order.connections))}

    def run(self) -> Outcome:
        """Send everything and account for every answer."""
        make = Traffic(self.order.kind, self.order.size, self.order.path).maker()
        work = partial(self._open, make) if self.order.mode == "open" else partial(self._closed, self._signed(make))
        gc.collect()
        gc.disable()
        cpu, began = _cpu(), time.monotonic()
        work()
        self.outcome.seconds, self.outcome.cpu = time.monotonic() - began, _cpu() - cpu
        self.outcome.requests = sum(self._statuses.values())
        self.outcome.statuses = {status.decode(): count for status, count in self._statuses.items()}
        return self.outcome

    def close(self) -> None:
        """Hang up."""
        for line in self._lines.values():
            line.socket.close()

    def _signed(self, make: Callable[[str], bytes]) -> deque[bytes]:
        return deque(make(f"{self.order.prefix}-{number}") for number in range(self.order.most))

    def _closed(self, ready: deque[bytes]) -> None:
        poll = select.epoll()
        end = time.monotonic_ns() + int(self.order.seconds * 1e9)
        for descriptor, line in self._lines.items():
            poll.register(descriptor, select.EPOLLIN)
            if ready:
                line.send(ready.popleft(), time.monotonic_ns())
        busy = sum(line.began > 0 for line in self._lines.values())
        while busy:
            found = poll.poll(PATIENCE)
            if not found:
                break
            for descriptor, _ in found:
                line = self._lines[descriptor]
                now = self._take(line)
                if now and ready and now < end:
                    line.send(ready.popleft(), now)
                elif now:
                    busy -= 1
        self.outcome.missing = busy

    def _open(self, make: Callable[[str], bytes]) -> None:
        free = deque(self._lines.values())
        busy: set[int] = set()
        total, gap = int(self.order.rate * self.order.seconds), int(1e9 / self.order.rate)
        signed = self._signing(make, total)
        following = deque(islice(signed, 64))
        began = time.monotonic_ns() + 50_000_000
        self.outcome.starts = [began + number * gap for number in range(total)]
        sent, give_up = 0, began + total * gap + int(PATIENCE * 1e9)
        while (sent < total or busy) and time.monotonic_ns() < give_up:
            while sent < total and free and self.outcome.starts[sent] <= time.monotonic_ns():
                line = free.popleft()
                line.send(following.popleft(), self.outcome.starts[sent])
                busy.add(line.socket.fileno())
                sent += 1
                following.extend(islice(signed, 1))
            due = self.outcome.starts[sent] if sent < total and free else time.monotonic_ns() + 1_000_000_000
            readable = select.select(list(busy), [], [], max(0.0, (due - time.monotonic_ns()) / 1e9))[0]
            for descriptor in readable:
                if self._take(self._lines[descriptor]):
                    busy.discard(descriptor)
                    free.append(self._lines[descriptor])
        self.outcome.missing = total - sent + len(busy)

    def _signing(self, make: Callable[[str], bytes], total: int) -> Iterator[bytes]:
        """A long run would not fit into memory, so these are signed shortly before they go: three microseconds each."""
        return (make(f"{self.order.prefix}-{number}") for number in range(total))

    def _take(self, line: Line) -> int:
        answer = line.receive()
        if not answer:
            return 0
        now = time.monotonic_ns()
        self._statuses[answer[9:12]] += 1
        self.outcome.latencies.append((now - line.began) / 1e6)
        if self._marker and self._marker in answer:
            self.outcome.marked += 1
        return now


def _cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


if __name__ == "__main__":
    sys.stdout.buffer.write(orjson.dumps(asdict(Load(Order(**orjson.loads(sys.stdin.buffer.read()))).run())))
